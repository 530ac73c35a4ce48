// shows: a method by the names of its class and of itself
// manifest: {launcher: Main}
// hit: [imei before_consent = launcher Main.onCreate]
// miss: []

import java.lang.reflect.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Object phone = getSystemService("phone");

      Method method = Class.forName("android.telephony.TelephonyManager").getMethod("getImei"); // hit
      Method method = Class.forName("android.telephony.TelephonyManager").getMethod("getPhoneType"); // miss
      method.invoke(phone);
    } catch (Exception error) { }
  }
}
