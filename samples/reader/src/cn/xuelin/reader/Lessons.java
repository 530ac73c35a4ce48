package cn.xuelin.reader;

/** The lessons that ship with the app: reading needs no account and no network. */
final class Lessons {
    private static final String[] TEXTS = {
        "春天来了，小河边的柳树长出了新芽。请你把看到的春天画下来。",
        "秋天的果园里，苹果红了，梨子黄了。请你数一数一共有几种水果。",
    };

    private Lessons() {}

    static String first() {
        return TEXTS[0];
    }
}
