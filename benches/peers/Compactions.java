import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.paimon.AppendOnlyFileStore;
import org.apache.paimon.append.AppendCompactCoordinator;
import org.apache.paimon.append.AppendCompactTask;
import org.apache.paimon.catalog.Catalog;
import org.apache.paimon.catalog.CatalogContext;
import org.apache.paimon.catalog.CatalogFactory;
import org.apache.paimon.catalog.Identifier;
import org.apache.paimon.data.BinaryRow;
import org.apache.paimon.data.BinaryString;
import org.apache.paimon.data.GenericRow;
import org.apache.paimon.disk.IOManager;
import org.apache.paimon.operation.BaseAppendFileStoreWrite;
import org.apache.paimon.operation.LocalOrphanFilesClean;
import org.apache.paimon.options.ExpireConfig;
import org.apache.paimon.options.Options;
import org.apache.paimon.table.FileStoreTable;
import org.apache.paimon.table.sink.BatchTableCommit;
import org.apache.paimon.table.sink.BatchTableWrite;
import org.apache.paimon.table.sink.BatchWriteBuilder;
import org.apache.paimon.table.sink.CommitMessage;

/**
 * Java Paimon's side of the compaction benchmarks: does one thing to each of some tables, one after the other, so that all but
 * the first find a warm machine.
 *
 * <pre>Compactions WAREHOUSE THREADS full|minor|append|expire|orphans TABLE…
 * Compactions WAREHOUSE 1 upserts COMMITS ROWS KEYS TABLE</pre>
 *
 * Prints "seconds S" for each table, then "megabytes M", the greatest resident memory of the process.
 */
public final class Compactions {
    private static final String[] CITIES = {"ams", "ber", "cdg", "dub", "lis", "mad", "osl", "prg"};

    private Compactions() {}

    public static void main(String[] args) throws Exception {
        Options options = new Options();
        options.set("warehouse", args[0]);
        int threads = Integer.parseInt(args[1]);
        Path scratch = Files.createTempDirectory("compactions");
        try (Catalog catalog = CatalogFactory.createCatalog(CatalogContext.create(options))) {
            int first = args[2].equals("upserts") ? 6 : 3;
            for (int i = first; i < args.length; i++) {
                FileStoreTable table = (FileStoreTable) catalog.getTable(Identifier.create("b", args[i]));
                long start = System.nanoTime();
                long count = run(table, args, threads, scratch.toString());
                System.out.printf("seconds %.4f %d%n", (System.nanoTime() - start) / 1e9, count);
            }
        }
        System.out.printf("megabytes %.1f%n", peak());
    }

    private static long run(FileStoreTable table, String[] args, int threads, String scratch) throws Exception {
        switch (args[2]) {
            case "full":
                return compact(table, true, threads, scratch);
            case "minor":
                return compact(table, false, threads, scratch);
            case "append":
                return append(table, threads, scratch);
            case "expire":
                return table.newExpireSnapshots()
                        .config(ExpireConfig.builder().snapshotRetainMin(1).snapshotRetainMax(1).snapshotTimeRetain(Duration.ZERO)
                                .snapshotMaxDeletes(Integer.MAX_VALUE).build())
                        .expire();
            case "orphans":
                long day = System.currentTimeMillis() - 24 * 3_600_000L;
                return new LocalOrphanFilesClean(table, day, true).clean().getDeletedFileCount();
            case "upserts":
                return upserts(table, Integer.parseInt(args[3]), Integer.parseInt(args[4]), Long.parseLong(args[5]), scratch);
            default:
                throw new IllegalArgumentException(args[2]);
        }
    }

    private static FileStoreTable compacting(FileStoreTable table) {
        return table.copy(Collections.singletonMap("write-only", "false"));
    }

    /** Each bucket by a writer of its own, as parallel tasks of an engine would, and one commit. */
    private static long compact(FileStoreTable of, boolean full, int threads, String scratch) throws Exception {
        FileStoreTable table = compacting(of);
        BatchWriteBuilder builder = table.newBatchWriteBuilder();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Future<List<CommitMessage>>> parts = new ArrayList<>();
        for (int bucket = 0; bucket < Math.max(1, table.coreOptions().bucket()); bucket++) {
            int one = bucket;
            parts.add(pool.submit(() -> {
                try (BatchTableWrite write = builder.newWrite(); IOManager io = IOManager.create(scratch)) {
                    write.withIOManager(io);
                    write.compact(BinaryRow.EMPTY_ROW, one, full);
                    return write.prepareCommit();
                }
            }));
        }
        List<CommitMessage> messages = new ArrayList<>();
        for (Future<List<CommitMessage>> part : parts) {
            messages.addAll(part.get());
        }
        pool.shutdown();
        try (BatchTableCommit commit = builder.newCommit()) {
            commit.commit(messages);
        }
        return messages.size();
    }

    private static long append(FileStoreTable of, int threads, String scratch) throws Exception {
        FileStoreTable table = compacting(of);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Future<CommitMessage>> parts = new ArrayList<>();
        for (AppendCompactTask task : new AppendCompactCoordinator(table, false).run()) {
            parts.add(pool.submit(() -> {
                BaseAppendFileStoreWrite write = ((AppendOnlyFileStore) table.store()).newWrite("bench");
                try (IOManager io = IOManager.create(scratch)) {
                    write.withIOManager(io);
                    return task.doCompact(table, write);
                } finally {
                    write.close();
                }
            }));
        }
        List<CommitMessage> messages = new ArrayList<>();
        for (Future<CommitMessage> part : parts) {
            messages.add(part.get());
        }
        pool.shutdown();
        try (BatchTableCommit commit = table.newBatchWriteBuilder().newCommit()) {
            commit.commit(messages);
        }
        return messages.size();
    }

    /** Commits of upserts, each with the compaction that the options ask for. */
    private static long upserts(FileStoreTable of, int commits, int rows, long keys, String scratch) throws Exception {
        FileStoreTable table = compacting(of);
        for (int commit = 0; commit < commits; commit++) {
            BatchWriteBuilder builder = table.newBatchWriteBuilder();
            try (BatchTableWrite write = builder.newWrite(); IOManager io = IOManager.create(scratch);
                    BatchTableCommit publish = builder.newCommit()) {
                write.withIOManager(io);
                for (int row = 0; row < rows; row++) {
                    write.write(row((long) commit * rows + row, keys));
                }
                publish.commit(write.prepareCommit());
            }
        }
        return commits;
    }

    /** The same rows as the benchmark in Rust writes. */
    private static GenericRow row(long number, long keys) {
        long one = mix(2 * number);
        long two = mix(2 * number + 1);
        return GenericRow.of(
                Long.remainderUnsigned(one, keys),
                1_700_000_000_000L + Long.remainderUnsigned(two, 1_000_000_000L),
                BinaryString.fromString(CITIES[(int) (two >>> 61)]),
                (int) Long.remainderUnsigned(one >>> 32, 1000),
                (double) Long.remainderUnsigned(two >>> 16, 10_000) / 100,
                BinaryString.fromString("note-" + Long.remainderUnsigned(one ^ two, 1_000_000)));
    }

    /** SplitMix64. */
    private static long mix(long number) {
        long state = number * 0x9E3779B97F4A7C15L + 0x9E3779B97F4A7C15L;
        state = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
        state = (state ^ (state >>> 27)) * 0x94D049BB133111EBL;
        return state ^ (state >>> 31);
    }

    private static double peak() throws Exception {
        for (String line : Files.readAllLines(Paths.get("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024;
            }
        }
        return 0;
    }
}
