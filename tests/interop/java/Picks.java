// Random LSM trees, and what MergeTreeCompactManager picks of them: the cases of core/src/compact/testdata/picks.txt.
//   java -cp … Picks SEED COUNT
//
// A line: rules|files|pick
//   rules  trigger amplification size-ratio off-peak-ratio up due total incremental levels full rewrite-all vectors
//          `up`: level 0 is always taken up; `due`: - no interval, n not yet, d passed; `vectors`: - none, v a maintainer
//   files  level:size:min-max sequence:first-last key, with * where rows are deleted by a vector
//   pick   output level, d where deletes are dropped, r where files are rewritten one by one, places of the files
import java.lang.reflect.*;
import java.util.*;
import java.util.concurrent.*;
import org.apache.paimon.data.*;
import org.apache.paimon.deletionvectors.*;
import org.apache.paimon.io.DataFileMeta;
import org.apache.paimon.manifest.FileSource;
import org.apache.paimon.mergetree.*;
import org.apache.paimon.mergetree.compact.*;
import org.apache.paimon.stats.SimpleStats;

public class Picks {
    static Random r;

    static class Captor extends AbstractExecutorService {
        Callable<?> task;
        @Override public <T> Future<T> submit(Callable<T> task) { this.task = task; return new CompletableFuture<>(); }
        @Override public void execute(Runnable command) {}
        @Override public void shutdown() {}
        @Override public List<Runnable> shutdownNow() { return Collections.emptyList(); }
        @Override public boolean isShutdown() { return false; }
        @Override public boolean isTerminated() { return false; }
        @Override public boolean awaitTermination(long timeout, TimeUnit unit) { return true; }
    }

    static Object field(Object of, String name) throws Exception {
        Field field = of.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(of);
    }

    static BinaryRow key(int value) {
        BinaryRow row = new BinaryRow(1);
        BinaryRowWriter writer = new BinaryRowWriter(row);
        writer.writeInt(0, value);
        writer.complete();
        return row;
    }

    static long size(long around) {
        switch (r.nextInt(5)) {
            case 0: return around;
            case 1: return Math.max(0, around + r.nextInt(5) - 2);
            case 2: return (long) (around * (1 + r.nextInt(40)) / 10.0);
            case 3: return 1L << r.nextInt(42);
            default: return r.nextInt(1000);
        }
    }

    static <T> T one(T... of) { return of[r.nextInt(of.length)]; }

    public static void main(String[] args) throws Exception {
        r = new Random(Long.parseLong(args[0]));
        int count = Integer.parseInt(args[1]);
        for (int i = 0; i < count; i++) System.out.println(line());
    }

    static String line() throws Exception {
        int trigger = 1 + r.nextInt(7), amplification = one(0, 25, 100, 200, 200, 400), ratio = one(0, 1, 1, 10, 100);
        int offPeak = one(0, 0, 0, 20, 200), levels = one(2, 3, 4, 6, 6, trigger + 1);
        boolean up = r.nextInt(3) == 0, full = r.nextInt(4) == 0, all = r.nextInt(4) == 0, vectors = r.nextInt(4) == 0;
        char due = one('-', '-', '-', 'n', 'd');
        Long total = one(null, null, null, size(5000)), incremental = one(null, null, null, size(5000));

        List<DataFileMeta> files = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        Set<String> marked = new HashSet<>();
        long around = 1 + r.nextInt(10000);
        int top = levels - 1 + (r.nextInt(15) == 0 ? 2 : 0);
        for (int level = 0; level <= top; level++) {
            int in = level == 0 ? one(0, 1, 2, 3, 5, 8, 12) : one(0, 0, 1, 1, 2, 3);
            if (r.nextInt(8) == 0) in = 0;
            int first = 0;
            for (int place = 0; place < in; place++) {
                int from = level == 0 ? r.nextInt(50) : first + r.nextInt(9), to = from + r.nextInt(9);
                first = to + 1;
                long size = size(around), min = r.nextInt(6), max = min + r.nextInt(6);
                String name = String.format("f%03d", files.size());
                boolean mark = vectors && r.nextInt(4) == 0;
                if (mark) marked.add(name);
                if (text.length() > 0) text.append(' ');
                text.append(level + ":" + size + ":" + min + "-" + max + ":" + from + "-" + to + (mark ? "*" : ""));
                files.add(DataFileMeta.create(name, size, 1, key(from), key(to), SimpleStats.EMPTY_STATS,
                        SimpleStats.EMPTY_STATS, min, max, 0, level, Collections.emptyList(),
                        Timestamp.fromEpochMillis(0), 0L, null, FileSource.APPEND, null, null, null, null));
            }
            if (level > 0) around = Math.max(1, (long) (around * one(0.5, 1.0, 2.0, 10.0)));
        }
        String rules = String.join(" ", "" + trigger, "" + amplification, "" + ratio, "" + offPeak, up ? "u" : "-",
                "" + due, total == null ? "-" : "" + total, incremental == null ? "-" : "" + incremental, "" + levels,
                full ? "f" : "-", all ? "a" : "-", vectors ? "v" : "-");

        EarlyFullCompaction early = null;
        if (due != '-' || total != null || incremental != null) {
            early = new EarlyFullCompaction(due == '-' ? null : due == 'n' ? (Long) 1000000000L : (Long) (-1L), total, incremental);
            early.updateLastFullCompaction();
        }
        UniversalCompaction universal = new UniversalCompaction(amplification, ratio, trigger, early,
                offPeak == 0 ? null : OffPeakHours.create(0, 24, offPeak));
        CompactStrategy strategy = up ? new ForceUpLevel0Compaction(universal, null) : universal;
        Comparator<InternalRow> order = Comparator.comparingInt(row -> row.getInt(0));
        BucketedDvMaintainer maintainer = vectors ? maintainer(marked) : null;
        Captor captor = new Captor();
        Constructor<?> make = MergeTreeCompactManager.class.getConstructors()[0];
        List<Object> given = new ArrayList<>(Arrays.asList(captor, new Levels(order, files, levels), strategy, order, 1L,
                100, null, null, maintainer, true, false, null, all, false));
        if (make.getParameterCount() > given.size()) given.add("");
        ((MergeTreeCompactManager) make.newInstance(given.toArray())).triggerCompaction(full);
        return rules + "|" + text + "|" + pick(captor.task);
    }

    static String pick(Object task) throws Exception {
        if (task == null) return "-";
        List<String> places = new ArrayList<>();
        boolean oneByOne = task instanceof FileRewriteCompactTask;
        if (oneByOne) {
            for (Object file : (List<?>) field(task, "files")) places.add(place(file));
        } else {
            for (Object section : (List<?>) field(task, "partitioned"))
                for (Object run : (List<?>) section)
                    for (DataFileMeta file : ((SortedRun) run).files()) places.add(place(file));
        }
        Collections.sort(places, Comparator.comparingInt(Integer::parseInt));
        return field(task, "outputLevel") + " " + ((boolean) field(task, "dropDelete") ? "d" : "-")
                + (oneByOne ? "r" : "-") + " " + String.join(",", places);
    }

    static String place(Object file) { return "" + Integer.parseInt(((DataFileMeta) file).fileName().substring(1)); }

    /** A maintainer without an index file: only its map is asked. */
    static BucketedDvMaintainer maintainer(Set<String> marked) throws Exception {
        Field unsafe = Class.forName("sun.misc.Unsafe").getDeclaredField("theUnsafe");
        unsafe.setAccessible(true);
        sun.misc.Unsafe making = (sun.misc.Unsafe) unsafe.get(null);
        BucketedDvMaintainer made = (BucketedDvMaintainer) making.allocateInstance(BucketedDvMaintainer.class);
        Map<String, DeletionVector> map = new HashMap<>();
        for (String name : marked) map.put(name, new BitmapDeletionVector());
        making.putObject(made, making.objectFieldOffset(BucketedDvMaintainer.class.getDeclaredField("deletionVectors")), map);
        return made;
    }
}
