package cn.example.code;

import java.util.*;
import java.util.function.*;

/** Every kind of instruction that a compiler writes; see build.py in the folder above. */
public class Everything implements Greeter {
    @interface Marked { String value() default ""; int[] numbers() default {}; Class<?> kind() default Object.class; }
    record Pair(String name, long when) { }
    enum Kind { ONE, TWO, THREE }

    static final String ADDRESS = "https://example.com/api";
    static final int COUNT = 70000;
    static final long BIG = 1L << 40;
    static final double RATIO = 0.25;
    static final boolean ON = true;
    static final char LETTER = 'ü';
    static byte small; static short shorter; static float fraction;
    private long total; private int[] held = {1, -2, 300, 70000};
    volatile Object lock = new Object();

    @Marked(value = "https://marked.example.com", numbers = {1, 2}, kind = String.class)
    public String greet() { return Greeter.super.greet() + toString(); }

    private int secret(int a) { return a + 1; }
    int callsSecret() { return secret(2) + this.secret(3); }

    static long arithmetic(int a, long b, float c, double d) {
        int i = (a + 3) * (a - 4) / 5 % 6 << 2 >> 1 >>> 1 & 0xff | 8 ^ 16;
        long l = (b + a) * (b - 1) / 3 % 7 << 2 >> a >>> 1 & 0xffL | 8L ^ ~b;
        float f = -((c + a) * (c - 1) / 3 % 7) + (float) b + (float) d;
        double g = -((d + b) * (d - 1) / 3 % 7) + c + i;
        small = (byte) i; shorter = (short) i; fraction = f;
        i = -i; l = -l; char ch = (char) i;
        return i + l + (int) f + (long) f + (int) g + (long) g + (int) l + ch + (f < 1 ? 1 : 2) + (g >= 1 ? 3 : 4) + (l == 5 ? 1 : 0);
    }

    long stacks(long[] values, int[] more, Object[] objects) {
        values[0] += 5; values[1]++; more[2] -= 3; total += 7; total++;
        long x = total++ + (values[2] = 9L); int y = more[1]++ + (more[0] = 4);
        held[1] += held[2] = 5;
        objects[0] = objects[1] = "both"; String[] texts = {"a", "b"}; boolean[] flags = {true, false};
        byte[] bytes = {1, 2}; char[] chars = {'x'}; short[] shorts = {3}; float[] floats = {1f, 2f}; double[] doubles = {1, 2};
        bytes[0] += bytes[1]; chars[0]++; shorts[0]--; floats[1] *= floats[0]; doubles[0] -= doubles[1];
        return x + y + values.length + texts.length + (flags[1] ? bytes[0] : chars[0]) + shorts[0] + (long) floats[0] + (long) doubles[0];
    }

    static String switches(int n, String text, Kind kind) {
        switch (n) { case 1: return "one"; case 2: text += "two"; case 3: break; case 900: return "far"; case -70000: return "low"; default: text += n; }
        switch (text) { case "alpha": return "a"; case "beta": return "b"; default: }
        switch (kind) { case ONE: return "1"; case TWO: return "2"; default: return kind.name(); }
    }

    static int handlers(String text) throws Exception {
        int at = 0;
        try { at = Integer.parseInt(text); synchronized (Everything.class) { at += text.length(); } }
        catch (NumberFormatException | NullPointerException error) { at = -1; System.err.println(error.getMessage()); }
        finally { System.gc(); at++; }
        try (java.io.StringReader reader = new java.io.StringReader(text)) { at += reader.read(); }
        for (int i = 0; i < 40000; i += 300) { if (i == 900) continue; if (at > i && text != null || at == 3) break; }
        if (!instanceof_(text)) throw new IllegalStateException("bad " + at);
        return at;
    }
    private static boolean instanceof_(Object o) { return o instanceof CharSequence; }

    Object lambdas(String prefix, long wide, int n) {
        Runnable run = () -> System.setProperty(prefix, String.valueOf(wide + n));
        Function<String, Integer> parse = Integer::parseInt;
        Supplier<List<String>> make = ArrayList::new;
        ToLongFunction<Long> unbox = value -> value + wide;
        IntFunction<int[][]> arrays = int[][]::new;
        Comparator<String> order = (Comparator<String> & java.io.Serializable) String::compareTo;
        BiFunction<Everything, Integer, Integer> own = Everything::secret;
        run.run();
        return List.of(parse.apply("1"), make.get(), unbox.applyAsLong(2L), arrays.apply(3), order, own, (Supplier<String>) this::greet);
    }

    static String joined(String a, int b, long c, double d, char e, Object f, boolean g, byte h) {
        return "<" + a + b + "," + c + d + e + f + g + h + "\u0001>" + new int[2][3][4].length + new String[1][2].length + new Pair(a, c) + int.class + long[].class;
    }
    native void nowhere(); 
    static { System.loadLibrary("everything"); }
}

interface Greeter {
    default String greet() { return "hi"; }
}
