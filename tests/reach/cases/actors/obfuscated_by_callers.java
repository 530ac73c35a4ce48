// shows: only one SDK leads to it; where the app does too, nobody knows
// manifest: {launcher: Main}
// hit:
//   - serial before_consent by sdk:umeng-analytics = launcher Main.onCreate > com.umeng.commonsdk.UMConfigure.init > a.b.c.d
// miss: [serial before_consent by unknown = launcher Main.onCreate > a.b.c.d]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    com.umeng.commonsdk.UMConfigure.init();
    a.b.c.d();                                                  // miss
  }
}
package com.umeng.commonsdk;
public class UMConfigure { public static void init() { a.b.c.d(); } }
package a.b;
public class c { public static void d() { String id = SERIAL;  } }
