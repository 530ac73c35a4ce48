// shows: a receiver of LocalBroadcastManager is called on a broadcast inside of the app
// manifest: {launcher: Main}
// hit: [serial reachable = launcher Main.onCreate > callback Done.onReceive]
// miss: [serial present = Done.onReceive]

import androidx.localbroadcastmanager.content.LocalBroadcastManager;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    Done done = new Done();
    LocalBroadcastManager.getInstance(this).registerReceiver(done, new IntentFilter("done")); // hit
    LocalBroadcastManager.getInstance(this).unregisterReceiver(done);                         // miss
  }
}
class Done extends BroadcastReceiver {
  public void onReceive(Context context, Intent intent) { String id = SERIAL; }
}
