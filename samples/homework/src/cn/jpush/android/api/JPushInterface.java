package cn.jpush.android.api;

import android.content.Context;
import android.content.pm.PackageManager;
import android.telephony.TelephonyManager;
import java.util.List;

/**
 * STAND-IN written for this sample: the class name of a push SDK, none of the vendor's code.
 * It reads the list of installed apps and the IMSI and keeps them in memory; nothing is ever sent.
 */
public final class JPushInterface {
    private static final String REPORT_URL = "https://stats.jpush.cn/v3/report";
    private static String pending;

    private JPushInterface() {}

    public static void init(Context context) {
        PackageManager packages = context.getPackageManager();
        List<?> installed = packages.getInstalledPackages(0);
        TelephonyManager phone = (TelephonyManager) context.getSystemService(Context.TELEPHONY_SERVICE);
        pending = REPORT_URL + "\n" + installed + "\n" + phone.getSubscriberId();
    }
}
