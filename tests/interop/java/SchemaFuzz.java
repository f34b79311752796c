// Random schema changes, and what SchemaManager makes of them: the cases of core/src/schema/change/testdata.
//   java -cp … SchemaFuzz casts | SchemaFuzz SEED TABLES STEPS
import java.util.*;
import org.apache.paimon.schema.*;
import org.apache.paimon.types.*;
import org.apache.paimon.utils.*;
import org.apache.paimon.catalog.Identifier;
import org.apache.paimon.casting.*;

public class SchemaFuzz {
    static Random r;
    static DataType[] atoms = {
        DataTypes.BOOLEAN(), DataTypes.TINYINT(), DataTypes.SMALLINT(), DataTypes.INT(), DataTypes.BIGINT(), DataTypes.FLOAT(), DataTypes.DOUBLE(),
        DataTypes.DECIMAL(10,2), DataTypes.DECIMAL(20,0), DataTypes.CHAR(5), DataTypes.VARCHAR(7), DataTypes.STRING(), DataTypes.BINARY(4), DataTypes.VARBINARY(6), DataTypes.BYTES(),
        DataTypes.DATE(), DataTypes.TIME(3), DataTypes.TIMESTAMP(3), DataTypes.TIMESTAMP(6), DataTypes.TIMESTAMP_WITH_LOCAL_TIME_ZONE(3), DataTypes.TIMESTAMP_WITH_LOCAL_TIME_ZONE(6) };
    static DataType nested(int depth) {
        if (depth == 0 || r.nextInt(10) < 6) return atoms[r.nextInt(atoms.length)].copy(r.nextInt(5) != 0);
        switch (r.nextInt(4)) {
            case 0: return DataTypes.ARRAY(nested(depth-1));
            case 1: return DataTypes.MAP(DataTypes.STRING().notNull(), nested(depth-1));
            case 2: return new RowType(Arrays.asList(new DataField(0,"f0",nested(depth-1)), new DataField(1,"f1",nested(depth-1),"c f1")));
            default: return new RowType(Arrays.asList(new DataField(0,"g",nested(depth-1))));
        }
    }
    static String[] names = {"k","p","a","b","c","d","s","v","w","x"};
    static Schema initial() {
        Schema.Builder b = Schema.newBuilder();
        boolean pk = r.nextBoolean(); boolean part = r.nextInt(3) == 0;
        b.column("k", DataTypes.INT());
        if (part) b.column("p", DataTypes.STRING());
        b.column("a", atoms[r.nextInt(atoms.length)]);
        b.column("s", DataTypes.BIGINT());
        b.column("v", nested(3), "comment of v");
        b.column("w", new RowType(Arrays.asList(new DataField(0,"x",DataTypes.INT()), new DataField(1,"y",DataTypes.ARRAY(new RowType(Arrays.asList(new DataField(2,"z",DataTypes.STRING()))))))));
        b.column("m", DataTypes.MAP(DataTypes.STRING(), DataTypes.ARRAY(DataTypes.INT())));
        if (r.nextInt(3)==0) b.column("q", DataTypes.INT(), "has default", "5");
        if (part) b.partitionKeys("p");
        if (pk) { if (part) b.primaryKey("k","p"); else b.primaryKey("k"); }
        int o = r.nextInt(6);
        if (pk) {
            if (o == 0) { b.option("bucket","2"); b.option("sequence.field","s"); }
            if (o == 1) { b.option("bucket","1"); b.option("merge-engine","aggregation"); b.option("fields.a.aggregate-function","last_value"); b.option("fields.s.aggregate-function","max"); b.option("fields.s.ignore-retract","true"); }
            if (o == 2) { b.option("bucket","3"); b.option("merge-engine","partial-update"); b.option("fields.s.sequence-group","a,v"); }
            if (o == 3) { b.option("bucket","3"); b.option("bucket-key","k"); b.option("changelog-producer","input"); }
        } else {
            if (o == 0) { b.option("bucket","2"); b.option("bucket-key","a,s"); }
            if (o == 1) { b.option("add-column-before-partition","true"); }
            if (o == 2) { b.option("alter-column-null-to-not-null.disabled","false"); }
            if (o == 3) { b.option("disable-explicit-type-casting","true"); }
        }
        if (r.nextInt(4)==0) b.option("alter-column-null-to-not-null.disabled","false");
        return b.build();
    }
    // paths that lead to a field (fieldPath) or type (typePath)
    static void paths(String prefix, DataType t, List<String[]> fields, List<String[]> types, List<String[]> rows, List<String> path) {
        if (t instanceof RowType) {
            rows.add(path.toArray(new String[0]));
            for (DataField f : ((RowType) t).getFields()) {
                List<String> p = new ArrayList<>(path); p.add(f.name());
                fields.add(p.toArray(new String[0])); types.add(p.toArray(new String[0]));
                paths("", f.type(), fields, types, rows, p);
            }
        } else if (t instanceof ArrayType) {
            List<String> p = new ArrayList<>(path); p.add("element");
            types.add(p.toArray(new String[0]));
            paths("", ((ArrayType) t).getElementType(), fields, types, rows, p);
        } else if (t instanceof MapType) {
            List<String> p = new ArrayList<>(path); p.add("value");
            types.add(p.toArray(new String[0]));
            paths("", ((MapType) t).getValueType(), fields, types, rows, p);
        }
    }
    static <T> T pick(List<T> l) { return l.get(r.nextInt(l.size())); }
    static String[] concat(String[] a, String b) { String[] x = Arrays.copyOf(a, a.length+1); x[a.length]=b; return x; }
    static SchemaChange.Move move(String col, List<String> sib, boolean add) {
        switch (r.nextInt(add ? 6 : 4)) {
            case 0: return SchemaChange.Move.first(col);
            case 1: return SchemaChange.Move.last(col);
            case 2: return SchemaChange.Move.after(col, pick(sib));
            case 3: return SchemaChange.Move.before(col, pick(sib));
            default: return null;
        }
    }
    static String[] defaults = {"5","abc","'7'","1.5","true","2024-01-01","2024-01-01 10:00:00","-3","99999999999","",null,"10:11:12","'x'","1e3"," 4"};
    static SchemaChange change(TableSchema s, Set<String> renamed) {
        List<String[]> fields = new ArrayList<>(), types = new ArrayList<>(), rows = new ArrayList<>();
        paths("", new RowType(s.fields()), fields, types, rows, new ArrayList<>());
        List<String> top = s.fieldNames();
        String fresh = names[r.nextInt(names.length)] + (r.nextInt(3)==0 ? "" : ""+r.nextInt(20));
        switch (r.nextInt(14)) {
            case 0: { String[][] o = {{"bucket","4"},{"bucket","-1"},{"bucket-key","a"},{"bucket-key","nope"},{"merge-engine","first-row"},{"sequence.field","s"},{"sequence.field","zz"},{"snapshot.num-retained.min","0"},{"deletion-vectors.enabled","true"},{"x.y","z"},{"type","table"},{"type","object-table"},{"primary-key","k"},{"partition","p"},{"ignore-delete","true"},{"ignore-delete","false"},{"changelog-producer","lookup"},{"changelog-producer","full-compaction"},{"fields.a.aggregate-function","sum"},{"fields.zz.aggregate-function","sum"},{"row-tracking.enabled","true"},{"record-level.time-field","s"},{"record-level.time-field","v"},{"rowkind.field","a"},{"rowkind.field","zz"},{"file.format","avro"},{"file.format","orc"},{"file.format","nope"},{"scan.mode","from-snapshot"},{"scan.snapshot-id","3"},{"streaming-read-overwrite","true"},{"full-compaction.delta-commits","5"},{"target-file-row-num","0"},{"changelog.num-retained.min","0"},{"changelog.num-retained.min","5"},{"changelog.num-retained.max","2"},{"file-index.bloom-filter.columns","a"},{"file-index.bloom-filter.columns","zz"},{"file-index.bitmap.columns","v"},{"data-evolution.enabled","true"},{"clustering.columns","a"},{"clustering.incremental","true"},{"table-read.sequence-number.enabled","true"},{"pk-clustering-override","true"},{"manifest-sort.enabled","true"},{"sequence.snapshot-ordering","true"},{"write-only","true"},{"primary-key.nullable","true"},{"fields.default-aggregate-function","sum"},{"fields.a.aggregate-function","nope"},{"file.format.per.level","0:avro"},{"chain-table.enabled","true"},{"alter-column-null-to-not-null.disabled","false"}};
                String[] e = o[r.nextInt(o.length)]; return SchemaChange.setOption(e[0], e[1]); }
            case 1: { String[] o = {"bucket","bucket-key","merge-engine","sequence.field","x.y","type","deletion-vectors.enabled","ignore-delete","fields.a.aggregate-function","fields.s.sequence-group","rowkind.field","changelog-producer"}; return SchemaChange.removeOption(o[r.nextInt(o.length)]); }
            case 2: return SchemaChange.updateComment(r.nextInt(3)==0 ? null : "table comment " + r.nextInt(9));
            case 3: case 4: { String[] row = pick(rows); String[] p = concat(row, fresh); List<String> sib = new ArrayList<>();
                for (String[] f : fields) if (f.length == p.length && Arrays.equals(Arrays.copyOf(f, f.length-1), row)) sib.add(f[f.length-1]);
                if (r.nextInt(12)==0) sib = Arrays.asList("nowhere");
                DataType t = nested(2); if (r.nextInt(8) != 0) t = t.copy(true);
                return SchemaChange.addColumn(p, t, r.nextInt(3)==0 ? "added" : null, move(fresh, sib, true)); }
            case 5: { String[] f = pick(fields); if (!renamed.add(f[0])) return SchemaChange.updateComment("x"); if (f.length > 1 && s.options().toString().matches(".*[=.,]" + f[0] + "[.,}].*")) return SchemaChange.updateComment("y"); return SchemaChange.renameColumn(f, r.nextInt(10)==0 ? pick(top) : fresh); }
            case 6: { String[] f = pick(fields); if (renamed.contains(f[0])) return SchemaChange.updateComment("z"); if (r.nextInt(10)==0) f = concat(Arrays.copyOf(f, f.length-1), "nowhere"); return SchemaChange.dropColumn(f); }
            case 7: case 8: { String[] f = pick(types); if (renamed.contains(f[0])) return SchemaChange.updateComment("z"); DataType t = r.nextInt(6)==0 ? nested(1) : atoms[r.nextInt(atoms.length)]; if (r.nextInt(6)==0) t = t.copy(false); return SchemaChange.updateColumnType(f, t, r.nextBoolean()); }
            case 9: { String[] f = pick(types);  if (renamed.contains(f[0])) return SchemaChange.updateComment("z"); return SchemaChange.updateColumnNullability(f, r.nextBoolean()); }
            case 10: return SchemaChange.updateColumnComment(pick(fields), r.nextInt(3)==0 ? null : "note " + r.nextInt(9));
            case 11: case 12: { String[] f = pick(fields); return SchemaChange.updateColumnDefaultValue(f, defaults[r.nextInt(defaults.length)]); }
            default: { if (r.nextInt(12)==0) return SchemaChange.dropPrimaryKey(); List<String> c = new ArrayList<>(top); if (r.nextInt(12)==0) c.add("nowhere"); return SchemaChange.updateColumnPosition(move(pick(c), c, false)); }
        }
    }
    static String one(String json) { return json.replaceAll("\\s*\\n\\s*", " "); }
    static Object lazy(Object v) { return new LazyField<>(() -> v); }
    @SuppressWarnings("unchecked")
    public static void main(String[] args) throws Exception {
        if (args[0].equals("casts")) { casts(); return; }
        int tables = Integer.parseInt(args[1]), steps = Integer.parseInt(args[2]);
        r = new Random(Long.parseLong(args[0]));
        for (int t = 0; t < tables; t++) {
            TableSchema s;
            try { s = TableSchema.create(0, initial()); SchemaValidation.validateTableSchema(s); } catch (Throwable e) { continue; }
            System.out.println("T " + one(s.toString()));
            for (int i = 0; i < steps; i++) {
                boolean snap = r.nextInt(3) != 0;
                List<SchemaChange> changes = new ArrayList<>(); Set<String> renamed = new HashSet<>();
                int n = 1 + (r.nextInt(4)==0 ? r.nextInt(3) : 0);
                for (int j = 0; j < n; j++) changes.add(change(s, renamed));
                StringBuilder cs = new StringBuilder("[");
                for (SchemaChange c : changes) { if (cs.length() > 1) cs.append(","); cs.append(one(JsonSerdeUtil.toJson(c))); }
                cs.append("]");
                System.out.println("C " + snap + " " + cs);
                try {
                    TableSchema n2 = SchemaManager.generateTableSchema(s, changes, (LazyField<Boolean>) lazy(snap), (LazyField<Identifier>) lazy(Identifier.create("db","t")));
                    SchemaValidation.validateTableSchema(n2); s = n2;
                    System.out.println("S " + one(s.toString()));
                } catch (Throwable e) { System.out.println("E " + one(e.getClass().getSimpleName() + ": " + e.getMessage())); }
            }
        }
    }
    static void casts() {
        List<DataType> all = new ArrayList<>(Arrays.asList(atoms));
        all.add(DataTypes.ARRAY(DataTypes.INT())); all.add(DataTypes.MAP(DataTypes.STRING(), DataTypes.INT())); all.add(new RowType(Arrays.asList(new DataField(0,"x",DataTypes.INT()))));
        all.add(DataTypes.MULTISET(DataTypes.INT())); all.add(DataTypes.STRING().notNull()); all.add(DataTypes.INT().notNull()); all.add(DataTypes.VARIANT());
        for (DataType a : all) for (DataType b : all) {
            StringBuilder o = new StringBuilder();
            for (boolean e : new boolean[]{false, true}) { boolean ok; try { ok = DataTypeCasts.supportsCast(a,b,e) && CastExecutors.resolve(a,b) != null; } catch (Throwable x) { ok = false; } o.append(ok ? '1' : '0'); }
            System.out.println(a.asSQLString() + "|" + b.asSQLString() + "|" + o);
        }
    }
}
