package cn.jieda.homework;

import android.app.Application;
import cn.jpush.android.api.JPushInterface;
import com.bytedance.sdk.openadsdk.TTAdConfig;
import com.bytedance.sdk.openadsdk.TTAdSdk;
import com.umeng.commonsdk.UMConfigure;

/** Starts three SDKs before the user has seen anything: the breach that this sample shows. */
public final class HomeworkApp extends Application {
    @Override
    public void onCreate() {
        super.onCreate();
        UMConfigure.init(this, "0000000000000000sample01", "sample", UMConfigure.DEVICE_TYPE_PHONE, null);
        JPushInterface.init(this);
        TTAdSdk.init(this, new TTAdConfig("5000000"));
    }
}
