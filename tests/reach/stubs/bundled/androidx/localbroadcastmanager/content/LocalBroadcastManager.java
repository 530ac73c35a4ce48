package androidx.localbroadcastmanager.content;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;
import android.content.IntentFilter;
import java.util.HashMap;
import java.util.Map;

/** Keeps receivers by object and calls those whose filter matches. */
public final class LocalBroadcastManager {
    private static LocalBroadcastManager instance;
    private final Context context;
    private final Map<BroadcastReceiver, IntentFilter> receivers = new HashMap<>();

    private LocalBroadcastManager(Context context) { this.context = context; }

    public static LocalBroadcastManager getInstance(Context context) {
        if (instance == null) instance = new LocalBroadcastManager(context);
        return instance;
    }

    public void registerReceiver(BroadcastReceiver receiver, IntentFilter filter) { receivers.put(receiver, filter); }

    public void unregisterReceiver(BroadcastReceiver receiver) { receivers.remove(receiver); }

    public boolean sendBroadcast(Intent intent) {
        for (Map.Entry<BroadcastReceiver, IntentFilter> one : receivers.entrySet())
            if (one.getValue().matchAction(intent.getAction())) one.getKey().onReceive(context, intent);
        return true;
    }
}
