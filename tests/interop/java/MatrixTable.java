import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.paimon.AppendOnlyFileStore;
import org.apache.paimon.append.AppendCompactCoordinator;
import org.apache.paimon.append.AppendCompactTask;
import org.apache.paimon.catalog.Catalog;
import org.apache.paimon.catalog.Identifier;
import org.apache.paimon.data.BinaryRow;
import org.apache.paimon.data.GenericRow;
import org.apache.paimon.data.InternalRow;
import org.apache.paimon.deletionvectors.Bitmap64DeletionVector;
import org.apache.paimon.deletionvectors.BitmapDeletionVector;
import org.apache.paimon.deletionvectors.DeletionVector;
import org.apache.paimon.deletionvectors.append.BaseAppendDeleteFileMaintainer;
import org.apache.paimon.disk.IOManager;
import org.apache.paimon.index.IndexFileMeta;
import org.apache.paimon.io.CompactIncrement;
import org.apache.paimon.io.DataFileMeta;
import org.apache.paimon.io.DataIncrement;
import org.apache.paimon.manifest.FileKind;
import org.apache.paimon.manifest.IndexManifestEntry;
import org.apache.paimon.operation.BaseAppendFileStoreWrite;
import org.apache.paimon.reader.RecordReader;
import org.apache.paimon.schema.SchemaChange;
import org.apache.paimon.table.FileStoreTable;
import org.apache.paimon.table.sink.CommitMessage;
import org.apache.paimon.table.sink.CommitMessageImpl;
import org.apache.paimon.table.sink.StreamTableCommit;
import org.apache.paimon.table.sink.StreamTableWrite;
import org.apache.paimon.table.sink.StreamWriteBuilder;
import org.apache.paimon.table.source.DataSplit;
import org.apache.paimon.table.source.ReadBuilder;
import org.apache.paimon.types.RowKind;
import org.apache.paimon.utils.Pair;

/** Makes one table in a few rounds of writes, compactions, deletes and schema changes, and says what Java reads from it. */
final class MatrixTable {
    private static final int ROUNDS = 7;

    private final Catalog catalog;
    private final Identifier identifier;
    private final MatrixCase made;
    private final MatrixSchema schema;
    private final MatrixRows rows;
    private final Random random;
    private final Path scratch;
    /** Cross-partition tables: the partition in which a key lives. */
    private final Map<String, Integer> homes = new HashMap<>();
    private final Set<Pair<BinaryRow, Integer>> buckets = new LinkedHashSet<>();
    private long commits = 0;

    MatrixTable(Catalog catalog, String database, MatrixCase made, long seed, Path scratch) {
        this.catalog = catalog;
        this.identifier = Identifier.create(database, made.name());
        this.made = made;
        this.random = new Random(seed ^ made.name().hashCode());
        this.schema = new MatrixSchema(made, random);
        this.rows = new MatrixRows(schema, random);
        this.scratch = scratch;
    }

    /** Creates the table. Throws what Java throws for tables that it does not take. */
    void create() throws Exception {
        catalog.createTable(identifier, schema.schema(), false);
    }

    void write() throws Exception {
        int rounds = schema.large ? 4 : ROUNDS;
        for (int round = 1; round <= rounds; round++) {
            List<SchemaChange> changes = schema.changes(round);
            if (!changes.isEmpty()) {
                catalog.alterTable(identifier, changes, false);
            }
            round(round, rounds);
            if (made.append() && !made.is("dv", "nodv") && round % 2 == 0) {
                deleteRows();
            }
        }
    }

    private FileStoreTable table() throws Exception {
        return (FileStoreTable) catalog.getTable(identifier);
    }

    private void round(int round, int rounds) throws Exception {
        boolean compact = made.is("layout", "compacted") && round % 3 == 0;
        // Without a compaction nothing of these tables would be visible.
        boolean dedicated = made.is("layout", "runs") && !made.append() && round == rounds / 2
                && (!made.is("dv", "nodv") || made.is("engine", "first"));
        FileStoreTable table = table();
        Map<String, String> how = new HashMap<>();
        if (dedicated) {
            how.put("write-only", "false");
        }
        if (made.is("bucket", "postpone") && (round % 2 == 1 || compact || dedicated)) {
            how.put("bucket", "1");
        }
        writeRows(how.isEmpty() ? table : table.copy(how), table, compact || dedicated);
        if (compact && made.append() && !made.is("bucket", "fixed")) {
            compactAppended();
        }
    }

    private void writeRows(FileStoreTable writing, FileStoreTable committing, boolean compact) throws Exception {
        StreamWriteBuilder builder = writing.newStreamWriteBuilder().withCommitUser("matrix");
        try (StreamTableWrite write = builder.newWrite();
                IOManager io = IOManager.create(scratch.toString());
                StreamTableCommit commit = committing.newStreamWriteBuilder().withCommitUser("matrix").newCommit()) {
            write.withIOManager(io);
            for (int i = rows.count(); i > 0; i--) {
                GenericRow row = rows.row(writing.rowType());
                if (made.append()) {
                    row.setRowKind(RowKind.INSERT);
                }
                writeRow(write, row, writing);
            }
            if (compact && !(made.append() && !made.is("bucket", "fixed"))) {
                for (Pair<BinaryRow, Integer> bucket : buckets) {
                    write.compact(bucket.getLeft(), bucket.getRight(), true);
                }
            }
            commits++;
            commit.commit(commits, write.prepareCommit(true, commits));
        }
    }

    private void writeRow(StreamTableWrite write, GenericRow row, FileStoreTable table) throws Exception {
        int bucket;
        int key = row.getInt(table.rowType().getFieldIndex("k"));
        if (made.append() || !made.is("bucket", "dynamic", "cross")) {
            write.write(row);
            bucket = write.getBucket(row);
        } else {
            bucket = key % 2;
            if (made.is("bucket", "cross") && !settle(write, row, table, bucket)) {
                return;
            }
            write.write(row, bucket);
        }
        if (bucket >= 0) {
            buckets.add(Pair.of(write.getPartition(row).copy(), bucket));
        }
    }

    /** Does what Java's global index assigner does where a key comes in another partition. Returns whether to write the row. */
    private boolean settle(StreamTableWrite write, GenericRow row, FileStoreTable table, int bucket) throws Exception {
        int place = table.rowType().getFieldIndex("p");
        int partition = row.getInt(place);
        String key = row.getField(table.rowType().getFieldIndex("k")) + "|" + row.getField(table.rowType().getFieldIndex("kk"));
        String known = table.primaryKeys().contains("kk") ? key : key.substring(0, key.indexOf('|'));
        Integer home = homes.putIfAbsent(known, partition);
        if (home == null || home == partition) {
            return true;
        }
        switch (made.get("engine")) {
            case "first":
                return false;
            case "dedup":
                RowKind kind = row.getRowKind();
                row.setField(place, home);
                row.setRowKind(RowKind.DELETE);
                write.write(row, bucket);
                row.setField(place, partition);
                row.setRowKind(kind);
                homes.put(known, partition);
                return true;
            default:
                row.setField(place, home);
                return true;
        }
    }

    /** Compacts an append table without buckets. */
    private void compactAppended() throws Exception {
        FileStoreTable table = table();
        List<AppendCompactTask> tasks = new AppendCompactCoordinator(table, false).run();
        List<CommitMessage> messages = new ArrayList<>();
        BaseAppendFileStoreWrite write = ((AppendOnlyFileStore) table.store()).newWrite("matrix");
        try (IOManager io = IOManager.create(scratch.toString())) {
            write.withIOManager(io);
            for (AppendCompactTask task : tasks) {
                messages.add(task.doCompact(table, write));
            }
        } finally {
            write.close();
        }
        commit(table, messages);
    }

    /** Deletes random rows of an append table by deletion vectors. */
    private void deleteRows() throws Exception {
        FileStoreTable table = table();
        List<CommitMessage> messages = new ArrayList<>();
        Map<Pair<BinaryRow, Integer>, List<DataFileMeta>> files = new HashMap<>();
        for (DataSplit split : table.newSnapshotReader().read().dataSplits()) {
            files.computeIfAbsent(Pair.of(split.partition(), split.bucket()), bucket -> new ArrayList<>()).addAll(split.dataFiles());
        }
        for (Map.Entry<Pair<BinaryRow, Integer>, List<DataFileMeta>> entry : files.entrySet()) {
            BinaryRow partition = entry.getKey().getLeft();
            int bucket = entry.getKey().getRight();
            BaseAppendDeleteFileMaintainer maintainer = made.is("bucket", "fixed")
                    ? BaseAppendDeleteFileMaintainer.forBucketedAppend(
                            table.store().newIndexFileHandler(), table.snapshotManager().latestSnapshot(), partition, bucket)
                    : BaseAppendDeleteFileMaintainer.forUnawareAppend(
                            table.store().newIndexFileHandler(), table.snapshotManager().latestSnapshot(), partition);
            for (DataFileMeta file : entry.getValue()) {
                DeletionVector deleted = made.is("dv", "dv64") ? new Bitmap64DeletionVector() : new BitmapDeletionVector();
                for (int i = 1 + random.nextInt(4); i > 0; i--) {
                    deleted.delete(random.nextInt((int) file.rowCount()));
                }
                maintainer.notifyNewDeletionVector(file.fileName(), deleted);
            }
            messages.add(deletions(maintainer, table));
        }
        commit(table, messages);
    }

    private static CommitMessage deletions(BaseAppendDeleteFileMaintainer maintainer, FileStoreTable table) {
        List<IndexFileMeta> added = new ArrayList<>();
        List<IndexFileMeta> removed = new ArrayList<>();
        for (IndexManifestEntry entry : maintainer.persist()) {
            (entry.kind() == FileKind.ADD ? added : removed).add(entry.indexFile());
        }
        List<DataFileMeta> none = Collections.emptyList();
        return new CommitMessageImpl(maintainer.getPartition(), maintainer.getBucket(), table.coreOptions().bucket(),
                new DataIncrement(none, none, none, added, removed), CompactIncrement.emptyIncrement());
    }

    private void commit(FileStoreTable table, List<CommitMessage> messages) throws Exception {
        if (messages.isEmpty()) {
            return;
        }
        try (StreamTableCommit commit = table.newStreamWriteBuilder().withCommitUser("matrix").newCommit()) {
            commit.commit(++commits, messages);
        }
    }

    /** What Java reads at each snapshot, as JSON. */
    String expected() throws Exception {
        List<String> snapshots = new ArrayList<>();
        FileStoreTable table = table();
        long latest = table.snapshotManager().latestSnapshotId();
        for (long id = table.snapshotManager().earliestSnapshotId(); id <= latest; id++) {
            if (!schema.large || id == latest) {
                snapshots.add("{\"id\":" + id + ",\"rows\":[" + String.join(",\n", read(table, id)) + "]}");
            }
        }
        List<String> unordered = new ArrayList<>();
        schema.unordered.forEach(column -> unordered.add(Canonical.text(column)));
        return "{\"options\":" + json(schema.options) + ",\n\"unordered\":[" + String.join(",", unordered) + "],\n\"snapshots\":["
                + String.join(",\n", snapshots) + "]}\n";
    }

    private static List<String> read(FileStoreTable table, long snapshot) throws Exception {
        ReadBuilder builder = table.copy(Collections.singletonMap("scan.snapshot-id", String.valueOf(snapshot))).newReadBuilder();
        List<String> out = new ArrayList<>();
        try (RecordReader<InternalRow> reader = builder.newRead().createReader(builder.newScan().plan().splits())) {
            reader.forEachRemaining(row -> out.add(Canonical.row(row, builder.readType())));
        }
        return out;
    }

    private static String json(Map<String, String> options) {
        List<String> pairs = new ArrayList<>();
        options.forEach((name, value) -> pairs.add(Canonical.text(name) + ":" + Canonical.text(value)));
        Collections.sort(pairs);
        return "{" + String.join(",", pairs) + "}";
    }
}
