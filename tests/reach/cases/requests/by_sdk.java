// shows: who asks: an SDK or the app
// manifest: {launcher: Main}
// hit:
//   - asks READ_PHONE_STATE before_consent by sdk:umeng-analytics = launcher Main.onCreate > com.umeng.commonsdk.UMConfigure.init
// miss:
//   - asks READ_PHONE_STATE before_consent = launcher Main.onCreate
//   - asks READ_PHONE_STATE present by sdk:umeng-analytics = com.umeng.commonsdk.UMConfigure.init

class Main extends Activity {
  protected void onCreate(Bundle state) {
    com.umeng.commonsdk.UMConfigure.init(this);                 // hit
    requestPermissions(new String[] {"android.permission.READ_PHONE_STATE"}, 1); // miss
  }
}
package com.umeng.commonsdk;
public class UMConfigure {
  public static void init(Activity on) { on.requestPermissions(new String[] {"android.permission.READ_PHONE_STATE"}, 1); }
}
