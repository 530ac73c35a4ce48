// shows: the launcher's field initialisers run at the start; those of a screen that others open do not
// manifest:
//   hit: {launcher: Main}
//   miss: {launcher: Other, activities: [{name: Main, exported: true}]}
// hit: [serial before_consent = launcher Main.<init>]
// miss: [serial reachable = activity Main.<init>]

class Main extends Activity {
  String id = SERIAL;
}
class Other extends Activity { }
