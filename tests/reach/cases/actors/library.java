// shows: an unknown third party is called by its namespace
// manifest: {launcher: Main}
// hit: [serial before_consent by lib:com.widgets = launcher Main.onCreate > com.widgets.list.Reader.read]
// miss: [serial before_consent = launcher Main.onCreate > Reader.read]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    com.widgets.list.Reader.read();                             // hit
    Reader.read();                                              // miss
  }
}
package com.widgets.list;                                       // hit
public class Reader { public static void read() { String id = SERIAL; } }
