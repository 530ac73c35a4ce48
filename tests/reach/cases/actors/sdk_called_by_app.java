// shows: the app's call of an SDK is the SDK's read; the app's own is the app's
// manifest: {launcher: Main}
// hit: [serial before_consent by sdk:umeng-analytics = launcher Main.onCreate > com.umeng.commonsdk.UMConfigure.init]
// miss:
//   - serial before_consent = launcher Main.onCreate
//   - serial present by sdk:umeng-analytics = com.umeng.commonsdk.UMConfigure.init

class Main extends Activity {
  protected void onCreate(Bundle state) {
    com.umeng.commonsdk.UMConfigure.init();                     // hit
    String id = SERIAL;                                         // miss
  }
}
package com.umeng.commonsdk;
public class UMConfigure { public static void init() { String id = SERIAL; } }
