// shows: how long which app was used
// manifest: {launcher: Main}
// hit:
//   - running_apps@UsageStatsManager.queryUsageStats before_consent = launcher Main.onCreate
//   - usage_stats@UsageStatsManager.queryUsageStats before_consent = launcher Main.onCreate
// miss: []

import android.app.usage.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    UsageStatsManager manager = (UsageStatsManager) getSystemService("usagestats");
    manager.queryUsageStats(0, 0, 1);                           // hit
    manager.toString();                                         // miss
  }
}
