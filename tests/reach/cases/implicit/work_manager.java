// shows: a work request names the worker's class; without conditions it runs at once
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Sync.doWork]
// miss: [serial present = Sync.doWork]

import androidx.work.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    WorkManager manager = WorkManager.getInstance(this);
    manager.enqueue(new OneTimeWorkRequest.Builder(Sync.class).build()); // hit
    manager.cancelAllWork();                                             // miss
  }
}
class Sync extends Worker {
  public Sync(Context context, WorkerParameters given) { super(context, given); }
  public Result doWork() { String id = SERIAL; return null; }
}
