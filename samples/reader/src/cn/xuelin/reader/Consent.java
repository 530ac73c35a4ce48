package cn.xuelin.reader;

import android.content.Context;

/** Remembers whether the user agreed. Nothing personal is touched before that. */
final class Consent {
    private static final String FILE = "consent";
    private static final String AGREED = "agreed_policy_version";
    static final int POLICY_VERSION = 3;

    private Consent() {}

    static boolean given(Context context) {
        return context.getSharedPreferences(FILE, Context.MODE_PRIVATE).getInt(AGREED, 0) == POLICY_VERSION;
    }

    static void give(Context context) {
        context.getSharedPreferences(FILE, Context.MODE_PRIVATE).edit().putInt(AGREED, POLICY_VERSION).apply();
    }
}
