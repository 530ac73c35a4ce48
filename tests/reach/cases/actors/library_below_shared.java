// shows: below a domain that many share three labels make a name
// manifest: {launcher: Main}
// hit: [serial before_consent by lib:com.github.anna = launcher Main.onCreate > com.github.anna.list.Reader.read]
// miss: [serial before_consent by lib:com.widgets = launcher Main.onCreate > com.widgets.anna.list.Reader.read]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    com.github.anna.list.Reader.read();                         // hit
    com.widgets.anna.list.Reader.read();                        // miss
  }
}
package com.github.anna.list;                                   // hit
package com.widgets.anna.list;                                  // miss
public class Reader { public static void read() { String id = SERIAL; } }
