package androidx.work;

import android.content.Context;

/** Creates the worker by the name of its class, as the real one does. */
public class WorkManager {
    private final Context context;

    WorkManager(Context context) { this.context = context; }

    public static WorkManager getInstance(Context context) { return new WorkManager(context); }

    public Object enqueue(WorkRequest request) {
        try {
            Class<?> type = Class.forName(request.worker);
            Object worker = type.getConstructor(Context.class, WorkerParameters.class).newInstance(context, new WorkerParameters());
            return ((ListenableWorker) worker).startWork();
        } catch (ReflectiveOperationException error) {
            return null;
        }
    }

    public Object cancelAllWork() { return null; }
}
