// shows: a private receiver still hears the system's broadcasts; without a filter nothing reaches it
// manifest:
//   launcher: Main
//   hit: {receivers: [{name: Boot, exported: false, actions: [android.intent.action.BOOT_COMPLETED]}]}
//   miss: {receivers: [{name: Boot, exported: false}]}
// hit: [serial reachable = receiver Boot.onReceive]
// miss: [serial present = Boot.onReceive]

class Main extends Activity { }
class Boot extends BroadcastReceiver {
  public void onReceive(Context context, Intent intent) { String id = SERIAL; }
}
