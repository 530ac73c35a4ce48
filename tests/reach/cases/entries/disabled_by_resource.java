// shows: enabled may be a resource
// manifest:
//   launcher: Main
//   activities: [{name: Second, exported: true, enabled: "@bool/second"}]
//   hit: {bools: {second: true}}
//   miss: {bools: {second: false}}
// hit: [serial reachable = activity Second.onCreate]
// miss: [serial present = Second.onCreate]

class Main extends Activity { }
class Second extends Activity {
  protected void onCreate(Bundle state) { String id = SERIAL; }
}
