package cn.jpush.android.service;

import android.app.Service;
import android.content.Intent;
import android.os.IBinder;

/** STAND-IN written for this sample, none of the vendor's code: the exported service that other apps can wake. */
public final class DaemonService extends Service {
    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
