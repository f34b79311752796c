import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.paimon.AppendOnlyFileStore;
import org.apache.paimon.append.AppendCompactCoordinator;
import org.apache.paimon.append.AppendCompactTask;
import org.apache.paimon.data.BinaryRow;
import org.apache.paimon.data.GenericRow;
import org.apache.paimon.data.InternalRow;
import org.apache.paimon.disk.IOManager;
import org.apache.paimon.index.HashBucketAssigner;
import org.apache.paimon.operation.BaseAppendFileStoreWrite;
import org.apache.paimon.reader.RecordReader;
import org.apache.paimon.shade.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.paimon.table.BucketMode;
import org.apache.paimon.table.FileStoreTable;
import org.apache.paimon.table.sink.BatchTableCommit;
import org.apache.paimon.table.sink.BatchTableWrite;
import org.apache.paimon.table.sink.BatchWriteBuilder;
import org.apache.paimon.table.sink.CommitMessage;
import org.apache.paimon.table.sink.RowKeyExtractor;
import org.apache.paimon.table.source.DataSplit;
import org.apache.paimon.table.source.Split;
import org.apache.paimon.types.RowKind;
import org.apache.paimon.utils.Pair;

/** Writes and compacts a table as an engine of Java would, in one commit. */
final class PeerWrite {
    private final FileStoreTable table;
    private final Path scratch;
    private final long commit;

    PeerWrite(FileStoreTable table, Path scratch, long commit) {
        this.table = table;
        this.scratch = scratch;
        this.commit = commit;
    }

    /** "rows", "kinds" (optional), "overwrite" (optional: static partition), "options" (optional). */
    void write(JsonNode request) throws Exception {
        FileStoreTable table = with(request.get("options"));
        BatchWriteBuilder builder = table.newBatchWriteBuilder();
        if (request.hasNonNull("overwrite")) {
            builder = builder.withOverwrite(strings(request.get("overwrite")));
        }
        try (BatchTableWrite write = builder.newWrite(); IOManager io = IOManager.create(scratch.toString());
                BatchTableCommit commit = builder.newCommit()) {
            write.withIOManager(io);
            Buckets buckets = buckets(table);
            for (int i = 0; i < request.get("rows").size(); i++) {
                GenericRow row = PeerRows.row(request.get("rows").get(i), table.rowType());
                row.setRowKind(request.hasNonNull("kinds") ? RowKind.fromShortString(request.get("kinds").get(i).asText()) : RowKind.INSERT);
                buckets.write(write, row);
            }
            commit.commit(write.prepareCommit());
        }
    }

    private FileStoreTable with(JsonNode options) {
        Map<String, String> given = options == null ? new HashMap<>() : strings(options);
        return given.isEmpty() ? table : table.copy(given);
    }

    private static Map<String, String> strings(JsonNode object) {
        Map<String, String> out = new HashMap<>();
        object.fields().forEachRemaining(entry -> out.put(entry.getKey(), entry.getValue().asText()));
        return out;
    }

    /** How a row finds its bucket. */
    private interface Buckets {
        void write(BatchTableWrite write, GenericRow row) throws Exception;
    }

    private Buckets buckets(FileStoreTable table) throws Exception {
        if (table.bucketMode() == BucketMode.HASH_DYNAMIC) {
            return dynamic(table);
        }
        // Its name changed between 1.x and 2.x.
        return table.bucketMode().name().contains("CROSS") || table.bucketMode().name().equals("KEY_DYNAMIC")
                ? new CrossPartition(table) : (write, row) -> write.write(row);
    }

    private Buckets dynamic(FileStoreTable table) {
        long rows = table.coreOptions().dynamicBucketTargetRowNum();
        HashBucketAssigner assigner = new HashBucketAssigner(
                table.snapshotManager(), "peer-" + commit, table.store().newIndexFileHandler(), 1, 1, 0, rows, -1);
        RowKeyExtractor extractor = table.createRowKeyExtractor();
        return (write, row) -> {
            extractor.setRecord(row);
            int bucket = assigner.assign(extractor.partition(), extractor.trimmedPrimaryKey().hashCode());
            write.write(row, bucket);
        };
    }

    /** What Java's global index assigner does for a deduplicate table: a key that moves is deleted where it was. */
    private static final class CrossPartition implements Buckets {
        private final Map<String, Pair<InternalRow, Integer>> homes = new HashMap<>();
        private final FileStoreTable table;
        private final int[] keys;
        private final int[] partition;

        CrossPartition(FileStoreTable table) throws Exception {
            this.table = table;
            this.keys = table.primaryKeys().stream().mapToInt(table.rowType()::getFieldIndex).toArray();
            this.partition = table.partitionKeys().stream().mapToInt(table.rowType()::getFieldIndex).toArray();
            for (Split split : table.newReadBuilder().newScan().plan().splits()) {
                try (RecordReader<InternalRow> reader = table.newReadBuilder().newRead().createReader(split)) {
                    reader.forEachRemaining(row -> homes.put(values(row, keys), Pair.of(kept(row), ((DataSplit) split).bucket())));
                }
            }
        }

        private String values(InternalRow row, int[] columns) {
            StringBuilder out = new StringBuilder();
            for (int i : columns) {
                out.append(InternalRow.createFieldGetter(table.rowType().getTypeAt(i), i).getFieldOrNull(row)).append('|');
            }
            return out.toString();
        }

        private GenericRow kept(InternalRow row) {
            GenericRow out = new GenericRow(row.getFieldCount());
            for (int i : partition) {
                Object value = InternalRow.createFieldGetter(table.rowType().getTypeAt(i), i).getFieldOrNull(row);
                out.setField(i, value instanceof org.apache.paimon.data.BinaryString ? ((org.apache.paimon.data.BinaryString) value).copy() : value);
            }
            return out;
        }

        @Override
        public void write(BatchTableWrite write, GenericRow row) throws Exception {
            Pair<InternalRow, Integer> home = homes.get(values(row, keys));
            int bucket = home == null ? 0 : home.getRight();
            if (home != null && !values(home.getLeft(), partition).equals(values(row, partition))) {
                GenericRow old = new GenericRow(row.getFieldCount());
                for (int i = 0; i < row.getFieldCount(); i++) {
                    old.setField(i, row.getField(i));
                }
                for (int i : partition) {
                    old.setField(i, ((GenericRow) home.getLeft()).getField(i));
                }
                old.setRowKind(RowKind.DELETE);
                write.write(old, bucket);
            }
            write.write(row, bucket);
            homes.put(values(row, keys), Pair.of(kept(row), bucket));
        }
    }

    /** A full compaction of every bucket; of an append table without buckets, what its coordinator picks. */
    void compact() throws Exception {
        Map<String, String> how = new HashMap<>();
        how.put("write-only", "false");
        how.put("compaction.min.file-num", "2");
        FileStoreTable table = this.table.copy(how);
        if (table.primaryKeys().isEmpty() && table.bucketMode() == BucketMode.BUCKET_UNAWARE) {
            compactAppended(table);
            return;
        }
        BatchWriteBuilder builder = table.newBatchWriteBuilder();
        try (BatchTableWrite write = builder.newWrite(); IOManager io = IOManager.create(scratch.toString());
                BatchTableCommit commit = builder.newCommit()) {
            write.withIOManager(io);
            for (Pair<BinaryRow, Integer> bucket : table.newSnapshotReader().bucketEntries().stream()
                    .map(entry -> Pair.of(entry.partition(), entry.bucket())).toArray(Pair[]::new)) {
                write.compact(bucket.getLeft(), bucket.getRight(), true);
            }
            commit.commit(write.prepareCommit());
        }
    }

    private void compactAppended(FileStoreTable table) throws Exception {
        List<CommitMessage> messages = new ArrayList<>();
        BaseAppendFileStoreWrite write = ((AppendOnlyFileStore) table.store()).newWrite("peer-" + commit);
        try (IOManager io = IOManager.create(scratch.toString())) {
            write.withIOManager(io);
            for (AppendCompactTask task : new AppendCompactCoordinator(table, false).run()) {
                messages.add(task.doCompact(table, write));
            }
        } finally {
            write.close();
        }
        if (!messages.isEmpty()) {
            try (BatchTableCommit commit = table.newBatchWriteBuilder().newCommit()) {
                commit.commit(messages);
            }
        }
    }
}
