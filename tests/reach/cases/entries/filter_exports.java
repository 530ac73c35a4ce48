// shows: below Android 12 an intent filter exports a component unless the manifest says otherwise
// manifest:
//   launcher: Main
//   hit: {activities: [{name: Second, actions: [android.intent.action.VIEW]}]}
//   miss: {activities: [{name: Second, exported: false, actions: [android.intent.action.VIEW]}]}
// hit: [serial reachable = activity Second.onCreate]
// miss: [serial present = Second.onCreate]

class Main extends Activity { }
class Second extends Activity {
  protected void onCreate(Bundle state) { String id = SERIAL; }
}
