// shows: updatePrivacyAgree(false) before the location client is made; the constant decides
// manifest: {launcher: Main}
// hit: [serial before_consent by sdk:amap-location (sdk_preinit) = launcher Main.onCreate > com.amap.api.location.AMapLocationClient.<init>]
// miss: [serial before_consent by sdk:amap-location = launcher Main.onCreate > com.amap.api.location.AMapLocationClient.<init>]

import com.amap.api.location.AMapLocationClient;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    AMapLocationClient.updatePrivacyAgree(this, false);         // hit
    AMapLocationClient.updatePrivacyAgree(this, true);          // miss
    new AMapLocationClient(this);
  }
}
package com.amap.api.location;
public class AMapLocationClient {
  public AMapLocationClient(Context context) { String id = SERIAL; }
  public static void updatePrivacyAgree(Context context, boolean agreed) { }
}
