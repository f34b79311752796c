import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** A point of the matrix: one choice in each dimension. */
final class MatrixCase {
    static final Map<String, List<String>> DIMENSIONS = dimensions();

    private final Map<String, String> choices;

    private MatrixCase(Map<String, String> choices) {
        this.choices = choices;
    }

    private static Map<String, List<String>> dimensions() {
        Map<String, List<String>> all = new LinkedHashMap<>();
        all.put("engine", Arrays.asList("dedup", "sequence", "partial", "groups", "agg", "first", "append"));
        all.put("bucket", Arrays.asList("fixed", "parts", "dynamic", "cross", "postpone"));
        all.put("dv", Arrays.asList("nodv", "dv", "dv64"));
        all.put("format", Arrays.asList("parquet", "orc", "avro", "levels"));
        all.put("change", Arrays.asList("same", "columns", "types", "nested"));
        all.put("changelog", Arrays.asList("none", "input", "lookup", "full"));
        all.put("layout", Arrays.asList("runs", "levels", "compacted"));
        return all;
    }

    String get(String dimension) {
        return choices.get(dimension);
    }

    boolean is(String dimension, String... values) {
        return Arrays.asList(values).contains(get(dimension));
    }

    /** The table's name: all choices. */
    String name() {
        return String.join("_", choices.values());
    }

    boolean append() {
        return is("engine", "append");
    }

    boolean partitioned() {
        return is("bucket", "parts", "cross");
    }

    /** Whether Java takes such a table, and it is no twin of another. */
    private boolean valid() {
        if (append()) {
            // Buckets of append tables: "fixed" has a bucket key, "dynamic" and "parts" have none.
            return is("bucket", "fixed", "parts", "dynamic") && is("changelog", "none") && !is("format", "levels")
                    && !is("layout", "levels");
        }
        boolean deletionVectors = !is("dv", "nodv");
        if (is("engine", "first") && (deletionVectors || !is("changelog", "none", "lookup"))) {
            return false;
        }
        if (is("engine", "sequence", "groups") && is("bucket", "cross")) {
            return false;
        }
        if (is("bucket", "postpone") && !is("changelog", "none")) {
            return false;
        }
        if (is("layout", "runs") && is("changelog", "lookup", "full")) {
            return false;
        }
        return !deletionVectors || is("changelog", "none", "lookup");
    }

    /** Every valid case. */
    static List<MatrixCase> all() {
        List<MatrixCase> cases = new ArrayList<>();
        expand(new ArrayList<>(DIMENSIONS.keySet()), new LinkedHashMap<>(), cases);
        return cases;
    }

    private static void expand(List<String> rest, Map<String, String> chosen, List<MatrixCase> out) {
        if (rest.isEmpty()) {
            MatrixCase made = new MatrixCase(new LinkedHashMap<>(chosen));
            if (made.valid()) {
                out.add(made);
            }
            return;
        }
        for (String choice : DIMENSIONS.get(rest.get(0))) {
            chosen.put(rest.get(0), choice);
            expand(rest.subList(1, rest.size()), chosen, out);
        }
        chosen.remove(rest.get(0));
    }

    /** Few cases that hold every pair of choices which any valid case holds. */
    static List<MatrixCase> pairs(long seed) {
        List<MatrixCase> all = all();
        java.util.Collections.shuffle(all, new Random(seed));
        Set<String> missing = new LinkedHashSet<>();
        all.forEach(candidate -> missing.addAll(candidate.pairsOfChoices()));
        List<MatrixCase> chosen = new ArrayList<>();
        while (!missing.isEmpty()) {
            MatrixCase best = null;
            int bestNew = 0;
            for (MatrixCase candidate : all) {
                int fresh = (int) candidate.pairsOfChoices().stream().filter(missing::contains).count();
                if (fresh > bestNew) {
                    best = candidate;
                    bestNew = fresh;
                }
            }
            missing.removeAll(best.pairsOfChoices());
            chosen.add(best);
        }
        return chosen;
    }

    private List<String> pairsOfChoices() {
        List<String> names = new ArrayList<>(choices.keySet());
        List<String> pairs = new ArrayList<>();
        for (int a = 0; a < names.size(); a++) {
            for (int b = a + 1; b < names.size(); b++) {
                pairs.add(names.get(a) + get(names.get(a)) + "|" + names.get(b) + get(names.get(b)));
            }
        }
        return pairs;
    }
}
