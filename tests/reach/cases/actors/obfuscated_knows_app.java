// shows: a library cannot know the app: what names its classes is its own
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > a.b.c.d]
// miss: [serial before_consent by unknown = launcher Main.onCreate > a.b.c.d]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    a.b.c.d();
  }
}
package cn.example.notes;
public class Notes { public static void keep() { } }
package a.b;
public class c {
  public static void d() {
    String id = SERIAL;
    cn.example.notes.Notes.keep();                              // hit
    Thread.yield();                                             // miss
  }
}
