// shows: a class name that stands in a field
// manifest: {launcher: Main}
// hit: [imei before_consent = launcher Main.onCreate]
// miss: []

import java.lang.reflect.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Object phone = getSystemService("phone");

      Class.forName(Names.TYPE).getMethod("getImei").invoke(phone);
    } catch (Exception error) { }
  }
}
class Names {
  static final String TYPE;
  static { TYPE = "android.telephony.TelephonyManager"; }       // hit
  static { TYPE = "android.telephony.SmsManager"; }             // miss
}
