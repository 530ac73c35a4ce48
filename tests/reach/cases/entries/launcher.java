// shows: the launcher activity starts by itself; one that nothing starts does not
// manifest:
//   hit: {launcher: Main}
//   miss: {launcher: Other, activities: [Main]}
// hit: [serial before_consent = launcher Main.onCreate]
// miss: [serial present = Main.onCreate]

class Main extends Activity {
  protected void onCreate(Bundle state) { String id = SERIAL; }
}
class Other extends Activity { }
