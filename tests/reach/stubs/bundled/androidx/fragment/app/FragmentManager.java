package androidx.fragment.app;

import android.content.Context;
import android.os.Handler;
import java.util.ArrayList;
import java.util.List;

/** Runs committed transactions through the main thread's queue. */
public class FragmentManager implements Runnable {
    final List<Fragment> pending = new ArrayList<>();
    private final Context context;

    FragmentManager(Context context) { this.context = context; }

    public FragmentTransaction beginTransaction() { return new FragmentTransaction(this); }

    void schedule() { new Handler().post(this); }

    public void run() {
        for (Fragment one : pending) one.perform(context);
    }
}
