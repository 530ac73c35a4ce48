// shows: the way from the SDK may be longer
// manifest: {launcher: Main}
// hit:
//   - serial before_consent by sdk:umeng-analytics = launcher Main.onCreate > com.umeng.commonsdk.UMConfigure.init > a.b.a.a > a.b.c.d
// miss: [serial before_consent by unknown = launcher Main.onCreate > a.b.a.a > a.b.c.d]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    com.umeng.commonsdk.UMConfigure.init();                     // hit
    a.b.a.a();                                                  // miss
  }
}
package com.umeng.commonsdk;
public class UMConfigure { public static void init() { a.b.a.a(); } }
package a.b;
public class a { public static void a() { c.d(); } }
package a.b;
public class c { public static void d() { String id = SERIAL;  } }
