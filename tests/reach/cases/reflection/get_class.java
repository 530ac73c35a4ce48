// shows: the class of an object
// manifest: {launcher: Main}
// hit: [imei before_consent = launcher Main.onCreate]
// miss: []

import java.lang.reflect.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      TelephonyManager phone = (TelephonyManager) getSystemService("phone");
      phone.getClass().getMethod("getImei").invoke(phone);      // hit
      phone.getClass().getMethod("getPhoneType").invoke(phone); // miss
    } catch (Exception error) { }
  }
}
