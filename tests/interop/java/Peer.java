import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.paimon.catalog.Catalog;
import org.apache.paimon.catalog.CatalogContext;
import org.apache.paimon.catalog.CatalogFactory;
import org.apache.paimon.catalog.Identifier;
import org.apache.paimon.data.InternalRow;
import org.apache.paimon.options.Options;
import org.apache.paimon.reader.RecordReader;
import org.apache.paimon.shade.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.paimon.shade.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.paimon.table.FileStoreTable;
import org.apache.paimon.table.source.ReadBuilder;
import org.apache.paimon.utils.SnapshotManager;

/**
 * Java Paimon as a peer: Peer WAREHOUSE DATABASE SCRATCH answers requests, one JSON object a line on each side.
 *
 * <p>{"do": "read" | "snapshots" | "write" | "compact" | "delete", "table": T, …}; the answer holds "error" where it failed.
 */
public class Peer {
    private final Catalog catalog;
    private final String database;
    private final Path scratch;
    private long commits = 0;

    private Peer(Catalog catalog, String database, Path scratch) {
        this.catalog = catalog;
        this.database = database;
        this.scratch = scratch;
    }

    public static void main(String[] args) throws Exception {
        // What Paimon prints must not get between the answers.
        PrintStream answers = new PrintStream(System.out, true, "UTF-8");
        System.setOut(System.err);
        Options options = new Options();
        options.set("warehouse", args[0]);
        options.set("cache-enabled", "false");
        ObjectMapper json = new ObjectMapper();
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (Catalog catalog = CatalogFactory.createCatalog(CatalogContext.create(options))) {
            Peer peer = new Peer(catalog, args[1], Paths.get(args[2]));
            for (String line = requests.readLine(); line != null; line = requests.readLine()) {
                String answer;
                try {
                    answer = peer.answer(json.readTree(line));
                } catch (Throwable error) {
                    error.printStackTrace();
                    answer = "{\"error\":" + Canonical.text(said(error)) + "}";
                }
                answers.println(answer);
            }
        }
    }

    private static String said(Throwable error) {
        return error.getCause() == null ? error.toString() : error + " <- " + said(error.getCause());
    }

    private String answer(JsonNode request) throws Exception {
        FileStoreTable table = (FileStoreTable) catalog.getTable(Identifier.create(database, request.get("table").asText()));
        switch (request.get("do").asText()) {
            case "snapshots":
                return snapshots(table);
            case "read":
                return read(table, request.get("snapshot").asText());
            case "write":
                new PeerWrite(table, scratch, ++commits).write(request);
                return "{}";
            case "compact":
                new PeerWrite(table, scratch, ++commits).compact();
                return "{}";
            case "delete":
                new PeerDelete(table, ++commits).where(request.get("column").asText(), request.get("values"));
                return "{}";
            default:
                throw new IllegalArgumentException("unknown request " + request);
        }
    }

    private static String snapshots(FileStoreTable table) throws Exception {
        SnapshotManager manager = table.snapshotManager();
        List<String> ids = new ArrayList<>();
        Long latest = manager.latestSnapshotId();
        for (long id = 1; latest != null && id <= latest; id++) {
            ids.add("[" + id + ",\"" + manager.snapshot(id).commitKind() + "\"]");
        }
        return "{\"snapshots\":[" + String.join(",", ids) + "]}";
    }

    /** The rows as the schema of the snapshot gives them. */
    private static String read(FileStoreTable table, String snapshot) throws Exception {
        ReadBuilder builder = table.copy(Collections.singletonMap("scan.snapshot-id", snapshot)).newReadBuilder();
        List<String> rows = new ArrayList<>();
        try (RecordReader<InternalRow> reader = builder.newRead().createReader(builder.newScan().plan().splits())) {
            reader.forEachRemaining(row -> rows.add(Canonical.row(row, builder.readType())));
        }
        return "{\"rows\":[" + String.join(",", rows) + "]}";
    }
}
