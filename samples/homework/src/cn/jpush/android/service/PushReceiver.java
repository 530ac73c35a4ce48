package cn.jpush.android.service;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;

/** STAND-IN written for this sample, none of the vendor's code: starts the push service when the phone boots. */
public final class PushReceiver extends BroadcastReceiver {
    @Override
    public void onReceive(Context context, Intent intent) {
        context.startService(new Intent(context, DaemonService.class));
    }
}
