import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.paimon.data.BinaryRow;
import org.apache.paimon.data.InternalRow;
import org.apache.paimon.deletionvectors.Bitmap64DeletionVector;
import org.apache.paimon.deletionvectors.BitmapDeletionVector;
import org.apache.paimon.deletionvectors.DeletionVector;
import org.apache.paimon.deletionvectors.append.BaseAppendDeleteFileMaintainer;
import org.apache.paimon.index.IndexFileMeta;
import org.apache.paimon.io.CompactIncrement;
import org.apache.paimon.io.DataFileMeta;
import org.apache.paimon.io.DataIncrement;
import org.apache.paimon.manifest.FileKind;
import org.apache.paimon.manifest.IndexManifestEntry;
import org.apache.paimon.reader.FileRecordIterator;
import org.apache.paimon.reader.RecordReader;
import org.apache.paimon.shade.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.paimon.table.BucketMode;
import org.apache.paimon.table.FileStoreTable;
import org.apache.paimon.table.sink.BatchTableCommit;
import org.apache.paimon.table.sink.CommitMessage;
import org.apache.paimon.table.sink.CommitMessageImpl;
import org.apache.paimon.table.source.DataSplit;
import org.apache.paimon.utils.Pair;

/** Deletes rows of an append table by deletion vectors, as Spark's DELETE does. */
final class PeerDelete {
    private final FileStoreTable table;
    private final long commit;

    PeerDelete(FileStoreTable table, long commit) {
        this.table = table;
        this.commit = commit;
    }

    /** Deletes the rows whose INT column holds one of the values. */
    void where(String column, JsonNode values) throws Exception {
        Set<Integer> wanted = new HashSet<>();
        values.forEach(value -> wanted.add(value.asInt()));
        int place = table.rowType().getFieldIndex(column);
        Map<Pair<BinaryRow, Integer>, BaseAppendDeleteFileMaintainer> maintainers = new HashMap<>();
        for (DataSplit split : table.newSnapshotReader().read().dataSplits()) {
            for (int i = 0; i < split.dataFiles().size(); i++) {
                DeletionVector deleted = matching(split, i, place, wanted);
                if (!deleted.isEmpty()) {
                    BaseAppendDeleteFileMaintainer maintainer = maintainers.computeIfAbsent(
                            Pair.of(split.partition(), split.bucket()), bucket -> maintainer(bucket.getLeft(), bucket.getRight()));
                    maintainer.notifyNewDeletionVector(split.dataFiles().get(i).fileName(), deleted);
                }
            }
        }
        List<CommitMessage> messages = new ArrayList<>();
        for (BaseAppendDeleteFileMaintainer maintainer : maintainers.values()) {
            messages.add(message(maintainer));
        }
        try (BatchTableCommit commit = table.newBatchWriteBuilder().newCommit()) {
            commit.commit(messages);
        }
    }

    private BaseAppendDeleteFileMaintainer maintainer(BinaryRow partition, int bucket) {
        return table.bucketMode() == BucketMode.BUCKET_UNAWARE
                ? BaseAppendDeleteFileMaintainer.forUnawareAppend(
                        table.store().newIndexFileHandler(), table.snapshotManager().latestSnapshot(), partition)
                : BaseAppendDeleteFileMaintainer.forBucketedAppend(
                        table.store().newIndexFileHandler(), table.snapshotManager().latestSnapshot(), partition, bucket);
    }

    /** Positions of the matching rows of one file that are not deleted yet. */
    private DeletionVector matching(DataSplit split, int index, int place, Set<Integer> wanted) throws Exception {
        boolean wide = table.coreOptions().deletionVectorBitmap64();
        DeletionVector deleted = wide ? new Bitmap64DeletionVector() : new BitmapDeletionVector();
        DataSplit.Builder one = DataSplit.builder()
                .withSnapshot(split.snapshotId())
                .withPartition(split.partition())
                .withBucket(split.bucket())
                .withBucketPath(split.bucketPath())
                .withTotalBuckets(split.totalBuckets())
                .withDataFiles(Collections.singletonList(split.dataFiles().get(index)))
                .rawConvertible(true);
        split.deletionFiles().ifPresent(files -> one.withDataDeletionFiles(Collections.singletonList(files.get(index))));
        try (RecordReader<InternalRow> reader = table.newReadBuilder().newRead().createReader(one.build())) {
            for (RecordReader.RecordIterator<InternalRow> batch = reader.readBatch(); batch != null; batch = reader.readBatch()) {
                FileRecordIterator<InternalRow> rows = (FileRecordIterator<InternalRow>) batch;
                for (InternalRow row = rows.next(); row != null; row = rows.next()) {
                    if (!row.isNullAt(place) && wanted.contains(row.getInt(place))) {
                        deleted.delete(rows.returnedPosition());
                    }
                }
                batch.releaseBatch();
            }
        }
        return deleted;
    }

    private CommitMessage message(BaseAppendDeleteFileMaintainer maintainer) {
        List<IndexFileMeta> added = new ArrayList<>();
        List<IndexFileMeta> removed = new ArrayList<>();
        for (IndexManifestEntry entry : maintainer.persist()) {
            (entry.kind() == FileKind.ADD ? added : removed).add(entry.indexFile());
        }
        List<DataFileMeta> none = Collections.emptyList();
        return new CommitMessageImpl(maintainer.getPartition(), maintainer.getBucket(), table.coreOptions().bucket(),
                new DataIncrement(none, none, none, added, removed), CompactIncrement.emptyIncrement());
    }
}
