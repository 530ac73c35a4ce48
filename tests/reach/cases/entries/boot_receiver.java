// shows: a receiver of the boot event is reachable; the event is none of start-up
// manifest:
//   launcher: Main
//   hit: {receivers: [{name: Boot, actions: [android.intent.action.BOOT_COMPLETED]}]}
//   miss: {receivers: [{name: Boot, enabled: false, actions: [android.intent.action.BOOT_COMPLETED]}]}
// hit: [serial reachable = receiver Boot.onReceive]
// miss: [serial present = Boot.onReceive]

class Main extends Activity { }
class Boot extends BroadcastReceiver {
  public void onReceive(Context context, Intent intent) { String id = SERIAL; }
}
