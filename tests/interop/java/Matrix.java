import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.paimon.catalog.Catalog;
import org.apache.paimon.catalog.CatalogContext;
import org.apache.paimon.catalog.CatalogFactory;
import org.apache.paimon.options.Options;

/**
 * Makes tables across the matrix and writes down what Java reads from them: Matrix FOLDER SEED pairs|all [NAME-PART].
 *
 * <p>FOLDER/warehouse holds the tables in database "matrix", FOLDER/expect/NAME.json the rows at every snapshot.
 */
public class Matrix {
    private static final String DATABASE = "matrix";

    private final Path folder;
    private final long seed;
    private final AtomicInteger made = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();

    private Matrix(Path folder, long seed) {
        this.folder = folder;
        this.seed = seed;
    }

    public static void main(String[] args) throws Exception {
        Matrix matrix = new Matrix(Paths.get(args[0]), Long.parseLong(args[1]));
        List<MatrixCase> cases = args[2].equals("all") ? MatrixCase.all() : MatrixCase.pairs(matrix.seed);
        String part = args.length > 3 ? args[3] : "";
        cases = cases.stream().filter(made -> made.name().contains(part)).collect(Collectors.toList());
        Files.createDirectories(matrix.folder.resolve("expect"));
        Files.createDirectories(matrix.folder.resolve("scratch"));
        matrix.run(cases);
        System.out.printf("Java made %d tables, refused %d, failed on %d%n", matrix.made.get(), matrix.refused.get(), matrix.failed.get());
        System.exit(matrix.failed.get() > 0 ? 1 : 0);
    }

    private void run(List<MatrixCase> cases) throws Exception {
        Options options = new Options();
        options.set("warehouse", folder.resolve("warehouse").toUri().toString());
        options.set("cache-enabled", "false");
        try (Catalog catalog = CatalogFactory.createCatalog(CatalogContext.create(options))) {
            catalog.createDatabase(DATABASE, true);
            ExecutorService pool = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
            cases.forEach(one -> pool.execute(() -> make(catalog, one)));
            pool.shutdown();
            pool.awaitTermination(1, TimeUnit.DAYS);
        }
    }

    private void make(Catalog catalog, MatrixCase one) {
        try {
            MatrixTable table = new MatrixTable(catalog, DATABASE, one, seed, folder.resolve("scratch"));
            try {
                table.create();
            } catch (IllegalArgumentException | UnsupportedOperationException refusal) {
                refused.incrementAndGet();
                System.out.println("Java refuses " + one.name() + ": " + refusal.getMessage());
                return;
            }
            table.write();
            byte[] expected = table.expected().getBytes(StandardCharsets.UTF_8);
            Files.write(folder.resolve("expect").resolve(one.name() + ".json"), expected);
            made.incrementAndGet();
        } catch (Throwable error) {
            failed.incrementAndGet();
            System.out.println("Java fails on " + one.name() + ": " + trace(error));
        }
    }

    private static String trace(Throwable error) {
        java.io.StringWriter out = new java.io.StringWriter();
        error.printStackTrace(new java.io.PrintWriter(out));
        return out.toString();
    }
}
