// shows: a disabled component is no entry
// manifest:
//   launcher: Main
//   hit: {activities: [{name: Second, exported: true}]}
//   miss: {activities: [{name: Second, exported: true, enabled: false}]}
// hit: [serial reachable = activity Second.onCreate]
// miss: [serial present = Second.onCreate]

class Main extends Activity { }
class Second extends Activity {
  protected void onCreate(Bundle state) { String id = SERIAL; }
}
