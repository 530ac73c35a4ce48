// shows: a screen that others may open is reachable; a private one that nothing opens is not
// manifest:
//   launcher: Main
//   hit: {activities: [{name: Second, exported: true}]}
//   miss: {activities: [{name: Second, exported: false}]}
// hit: [serial reachable = activity Second.onCreate]
// miss: [serial present = Second.onCreate]

class Main extends Activity { }
class Second extends Activity {
  protected void onCreate(Bundle state) { String id = SERIAL; }
}
