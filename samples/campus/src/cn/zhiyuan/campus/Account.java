package cn.zhiyuan.campus;

import android.content.Context;
import android.content.SharedPreferences;

/** What the user agreed to and paid for. */
public final class Account {
    private Account() {}

    private static SharedPreferences store(Context context) {
        return context.getSharedPreferences("account", Context.MODE_PRIVATE);
    }

    static boolean agreed(Context context) {
        return store(context).getBoolean("agreed", false);
    }

    static void agree(Context context) {
        store(context).edit().putBoolean("agreed", true).apply();
    }

    static boolean paid(Context context) {
        return store(context).getBoolean("paid", false);
    }

    public static void markPaid(Context context) {
        store(context).edit().putBoolean("paid", true).apply();
    }
}
