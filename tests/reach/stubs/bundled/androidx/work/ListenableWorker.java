package androidx.work;

import android.content.Context;

public abstract class ListenableWorker {
    public ListenableWorker(Context context, WorkerParameters parameters) { }

    public abstract Object startWork();

    public abstract static class Result { }
}
