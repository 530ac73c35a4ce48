// shows: ServiceLoader makes the classes that META-INF/services lists
// manifest:
//   launcher: Main
//   hit: {files: {META-INF/services/cn.example.Plugin: "cn.example.Loud\n"}}
//   miss: {files: {META-INF/services/cn.example.Other: "cn.example.Loud\n"}}
// hit: [serial before_consent (dispatch_unsure) = launcher Main.onCreate > dispatch Loud.go]
// miss: [serial present = Loud.go]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    for (Plugin one : ServiceLoader.load(Plugin.class)) one.go();
  }
}
interface Plugin { void go(); }
class Loud implements Plugin {
  public Loud() { }
  public void go() { String id = SERIAL; }
}
