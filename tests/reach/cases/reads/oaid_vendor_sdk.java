// shows: the OAID by a maker's library; its own code is not asked twice
// manifest: {launcher: Main}
// hit: [device.oaid@HeytapIDSDK.getOUID before_consent = launcher Main.onCreate]
// miss: []

import com.heytap.openid.sdk.HeytapIDSDK;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String id = HeytapIDSDK.getOUID(this);                      // hit
    HeytapIDSDK.init(this);                                     // miss
  }
}
package com.heytap.openid.sdk;
public class HeytapIDSDK {
  public static void init(Context context) { }
  public static String getOUID(Context context) { return null; }
  static String all(Context context) { return getOUID(context); }
}
