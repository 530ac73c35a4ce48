// shows: what only the app calls may be a library: nobody knows
// manifest: {launcher: Main}
// hit: [serial before_consent by unknown = launcher Main.onCreate > a.b.c.d]
// miss: [serial before_consent = launcher Main.onCreate > b.c.d]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    a.b.c.d();                                                  // hit
    cn.example.b.c.d();                                         // miss
  }
}
package a.b;                                                    // hit
package cn.example.b;                                           // miss
public class c { public static void d() { String id = SERIAL; } }
