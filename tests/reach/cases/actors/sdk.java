// shows: a namespace of a known SDK; one that only begins with the same letters is another
// manifest: {launcher: Main}
// hit: [serial before_consent by sdk:umeng-analytics = launcher Main.onCreate > com.umeng.analytics.Reader.read]
// miss: [serial before_consent by lib:com.umengx = launcher Main.onCreate > com.umengx.analytics.Reader.read]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    com.umeng.analytics.Reader.read();                          // hit
    com.umengx.analytics.Reader.read();                         // miss
  }
}
package com.umeng.analytics;                                    // hit
package com.umengx.analytics;                                   // miss
public class Reader { public static void read() { String id = SERIAL; } }
