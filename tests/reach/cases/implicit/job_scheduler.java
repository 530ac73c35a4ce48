// shows: a scheduled job runs when its conditions hold, an event outside of start-up
// manifest: {launcher: Main, services: [{name: Sync, permission: android.permission.BIND_JOB_SERVICE}]}
// hit: [serial reachable = launcher Main.onCreate > started Sync.onStartJob]
// miss: [serial present = Sync.onStartJob]

import android.app.job.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    JobScheduler jobs = (JobScheduler) getSystemService("jobscheduler");
    jobs.schedule(new JobInfo.Builder(1, new ComponentName(this, Sync.class)).build()); // hit
    jobs.cancel(1);                                                                     // miss
  }
}
class Sync extends JobService {
  public boolean onStartJob(JobParameters job) { String id = SERIAL; return false; }
  public boolean onStopJob(JobParameters job) { return false; }
}
