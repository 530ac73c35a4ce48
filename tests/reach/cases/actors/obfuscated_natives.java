// shows: native methods and the library that they come from
// manifest: {launcher: Main}
// hit: [serial before_consent by sdk:iflytek-msc = launcher Main.onCreate > a.b.c.d]
// miss: [serial before_consent by unknown = launcher Main.onCreate > a.b.c.d]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    a.b.c.d();
  }
}
package a.b;
public class c {
  static { System.loadLibrary("msc"); }                         // hit
  static { System.loadLibrary("native-lib"); }                  // miss
  static native void e(String id);
  public static void d() { e(SERIAL); }
}
