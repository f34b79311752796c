import java.util.Collections;
import org.apache.paimon.catalog.Catalog;
import org.apache.paimon.catalog.CatalogContext;
import org.apache.paimon.catalog.CatalogFactory;
import org.apache.paimon.catalog.Identifier;
import org.apache.paimon.data.InternalRow;
import org.apache.paimon.options.Options;
import org.apache.paimon.reader.RecordReader;
import org.apache.paimon.table.Table;
import org.apache.paimon.table.source.ReadBuilder;

/** Prints the rows of a table, read by Java Paimon, one canonical JSON object a line: ReadBack WAREHOUSE DB TABLE [SNAPSHOT]. */
public class ReadBack {
    public static void main(String[] args) throws Exception {
        Options options = new Options();
        options.set("warehouse", args[0]);
        try (Catalog catalog = CatalogFactory.createCatalog(CatalogContext.create(options))) {
            Table table = catalog.getTable(Identifier.create(args[1], args[2]));
            if (args.length > 3) {
                table = table.copy(Collections.singletonMap("scan.snapshot-id", args[3]));
            }
            ReadBuilder builder = table.newReadBuilder();
            try (RecordReader<InternalRow> reader = builder.newRead().createReader(builder.newScan().plan().splits())) {
                reader.forEachRemaining(row -> System.out.println(Canonical.row(row, builder.readType())));
            }
        }
    }
}
