// What Java's own classes pick of random files of append tables: the cases of core/src/compact/testdata/append_picks.txt.
//   java -cp … org.apache.paimon.append.AppendPicks SEED CASES FOLDER
// A line, with tabs between: mode, options, files as size@deleted/rows#index file, packs of sizes. Sizes are the names.
package org.apache.paimon.append;

import java.util.*;
import java.util.stream.*;
import org.apache.paimon.catalog.*;
import org.apache.paimon.data.BinaryRow;
import org.apache.paimon.deletionvectors.*;
import org.apache.paimon.deletionvectors.append.*;
import org.apache.paimon.fs.Path;
import org.apache.paimon.index.IndexFileMeta;
import org.apache.paimon.io.*;
import org.apache.paimon.manifest.*;
import org.apache.paimon.options.Options;
import org.apache.paimon.schema.Schema;
import org.apache.paimon.stats.SimpleStats;
import org.apache.paimon.table.FileStoreTable;
import org.apache.paimon.table.sink.*;
import org.apache.paimon.types.DataTypes;

public class AppendPicks {
    static final long ROWS = 100;
    static Random random;
    static Catalog catalog;

    static class File {
        long size;
        int deleted;
        int index = -1;

        DataFileMeta meta(int age) {
            return DataFileMeta.forAppend("" + size, size, ROWS, SimpleStats.EMPTY_STATS, age, age, 0, Collections.emptyList(), null, FileSource.APPEND, null, null, null, null);
        }
    }

    static DeletionVector vector(int rows) {
        DeletionVector vector = new BitmapDeletionVector();
        for (int i = 0; i < rows; i++) vector.delete(i);
        return vector;
    }

    static List<File> files(boolean vectors) {
        int count = random.nextInt(14);
        Set<Long> sizes = new LinkedHashSet<>();
        while (sizes.size() < count) sizes.add(1 + (random.nextInt(3) == 0 ? random.nextInt(400) : (long) random.nextInt(80)));
        List<File> files = new ArrayList<>();
        for (long size : sizes) {
            File file = new File();
            file.size = size;
            if (vectors && random.nextInt(3) == 0) {
                file.deleted = 1 + random.nextInt(50);
                file.index = random.nextInt(3);
            }
            files.add(file);
        }
        return files;
    }

    static void commit(FileStoreTable table, DataIncrement data, CompactIncrement compact) throws Exception {
        try (BatchTableCommit commit = table.newBatchWriteBuilder().newCommit()) {
            commit.commit(Collections.singletonList(new CommitMessageImpl(BinaryRow.EMPTY_ROW, 0, -1, data, compact)));
        }
    }

    /** Puts the vectors into index files, a commit each. */
    static void delete(FileStoreTable table, List<File> files, List<DataFileMeta> metas) throws Exception {
        commit(table, new DataIncrement(metas, Collections.emptyList(), Collections.emptyList()), CompactIncrement.emptyIncrement());
        for (int index = 0; index < 3; index++) {
            AppendDeleteFileMaintainer maintainer = BaseAppendDeleteFileMaintainer.forUnawareAppend(table.store().newIndexFileHandler(), null, BinaryRow.EMPTY_ROW);
            boolean any = false;
            for (File file : files) {
                if (file.index == index) {
                    maintainer.notifyNewDeletionVector("" + file.size, vector(file.deleted));
                    any = true;
                }
            }
            if (!any) continue;
            List<IndexFileMeta> added = maintainer.persist().stream().map(IndexManifestEntry::indexFile).collect(Collectors.toList());
            CompactIncrement increment = new CompactIncrement(Collections.emptyList(), Collections.emptyList(), Collections.emptyList(), added, Collections.emptyList());
            commit(table, DataIncrement.emptyIncrement(), increment);
        }
    }

    static String packs(List<List<DataFileMeta>> packs) {
        return packs.stream().map(pack -> pack.stream().map(file -> "" + file.fileSize()).collect(Collectors.joining(","))).collect(Collectors.joining(" "));
    }

    static List<List<DataFileMeta>> unordered(FileStoreTable table, List<DataFileMeta> files, boolean idle) {
        AppendCompactCoordinator coordinator = new AppendCompactCoordinator(table, true);
        coordinator.notifyNewFiles(BinaryRow.EMPTY_ROW, files);
        List<List<DataFileMeta>> packs = new ArrayList<>();
        for (int round = 0; round < (idle ? 12 : 1); round++) {
            coordinator.compactPlan().forEach(task -> packs.add(task.compactBefore()));
        }
        return packs;
    }

    static List<List<DataFileMeta>> ordered(FileStoreTable table, List<File> files, List<DataFileMeta> metas, Options options, boolean full) throws Exception {
        BucketedDvMaintainer vectors = null;
        if (options.getBoolean("deletion-vectors.enabled", false)) {
            vectors = BucketedDvMaintainer.factory(table.store().newIndexFileHandler()).create(BinaryRow.EMPTY_ROW, 0, new ArrayList<>());
            for (File file : files) {
                for (int i = 0; i < file.deleted; i++) vectors.notifyNewDeletion("" + file.size, i);
            }
        }
        org.apache.paimon.CoreOptions core = new org.apache.paimon.CoreOptions(options);
        List<List<DataFileMeta>> packs = new ArrayList<>();
        BucketedAppendCompactManager.CompactRewriter rewriter = picked -> {
            packs.add(new ArrayList<>(picked));
            return Collections.emptyList();
        };
        if (full) {
            // What triggerFullCompaction asks before it makes the task.
            if (core.forceRewriteAllFiles() || !(metas.isEmpty() || (vectors == null && metas.size() < 3))) {
                new BucketedAppendCompactManager.FullCompactTask(vectors, metas, core.compactionFileSize(false), core.forceRewriteAllFiles(), rewriter, null).doCompact();
            }
            packs.removeIf(List::isEmpty);
        } else {
            BucketedAppendCompactManager manager = new BucketedAppendCompactManager(null, metas, vectors, core.compactionMinFileNum(), core.targetFileSize(false), core.compactionFileSize(false), false, rewriter, null);
            for (Optional<List<DataFileMeta>> picked = manager.pickCompactBefore(); picked.isPresent(); picked = manager.pickCompactBefore()) packs.add(picked.get());
        }
        return packs;
    }

    public static void main(String[] args) throws Exception {
        random = new Random(Long.parseLong(args[0]));
        catalog = CatalogFactory.createCatalog(CatalogContext.create(new Path(args[2])));
        catalog.createDatabase("d", true);
        String[] modes = {"minor", "idle", "neighbours", "full"};
        for (int i = 0; i < Integer.parseInt(args[1]); i++) {
            String mode = modes[i % 4];
            boolean vectors = random.nextBoolean();
            Map<String, String> map = new TreeMap<>();
            map.put("target-file-size", 50 + random.nextInt(200) + "b");
            map.put("source.split.open-file-cost", random.nextInt(30) + "b");
            map.put("compaction.min.file-num", "" + (2 + random.nextInt(6)));
            map.put("compaction.small-file-ratio", "0." + (1 + random.nextInt(9)));
            map.put("compaction.delete-ratio-threshold", mode.equals("idle") ? "0.0" : "0." + (1 + random.nextInt(4)));
            map.put("deletion-vectors.enabled", "" + vectors);
            if (mode.equals("full")) map.put("compaction.force-rewrite-all-files", "" + (random.nextInt(4) == 0));
            Schema.Builder schema = Schema.newBuilder().column("a", DataTypes.INT());
            map.forEach(schema::option);
            boolean buckets = i % 4 >= 2;
            if (buckets) schema.option("bucket", "1").option("bucket-key", "a");
            Identifier name = Identifier.create("d", "t" + i);
            catalog.createTable(name, schema.build(), false);
            FileStoreTable table = (FileStoreTable) catalog.getTable(name);
            List<File> files = files(vectors);
            List<DataFileMeta> metas = new ArrayList<>();
            for (int age = 0; age < files.size(); age++) metas.add(files.get(age).meta(age));
            if (!buckets && vectors) delete(table, files, metas);
            List<List<DataFileMeta>> packs = buckets ? ordered(table, files, metas, Options.fromMap(map), mode.equals("full")) : unordered(table, metas, mode.equals("idle"));
            String shown = files.stream().map(f -> f.size + (f.deleted > 0 ? "@" + f.deleted + "/" + ROWS + "#" + (buckets ? 0 : f.index) : "")).collect(Collectors.joining(" "));
            String options = map.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).collect(Collectors.joining(" "));
            System.out.println(String.join("\t", mode, options, shown, packs(packs)));
        }
    }
}
