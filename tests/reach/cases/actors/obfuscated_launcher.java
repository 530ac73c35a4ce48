// shows: the launcher is the app's whatever its name; another component is not
// manifest:
//   hit: {launcher: a.b.c}
//   miss: {launcher: Main, activities: [{name: a.b.c, exported: true}]}
// hit: [serial before_consent = launcher a.b.c.onCreate]
// miss: [serial reachable by unknown = activity a.b.c.onCreate]

class Main extends Activity { }
package a.b;
public class c extends Activity { protected void onCreate(Bundle state) { String id = SERIAL; } }
