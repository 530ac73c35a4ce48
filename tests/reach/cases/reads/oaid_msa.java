// shows: the OAID by the library of the MSA
// manifest: {launcher: Main}
// hit:
//   - device.oaid@MdidSdkHelper.InitSdk before_consent = launcher Main.onCreate
//   - device.oaid@IIdentifierListener.onSupport before_consent = launcher Main.onCreate > com.bun.miitmdid.core.MdidSdkHelper.InitSdk > dispatch Ids.onSupport
//   - device.oaid@IdSupplier.getOAID before_consent = launcher Main.onCreate > com.bun.miitmdid.core.MdidSdkHelper.InitSdk > dispatch Ids.onSupport
// miss:
//   - device.oaid@MdidSdkHelper.InitSdk before_consent = launcher Main.onCreate
//   - device.oaid@IIdentifierListener.onSupport before_consent = launcher Main.onCreate > com.bun.miitmdid.core.MdidSdkHelper.InitSdk > dispatch Ids.onSupport

import com.bun.miitmdid.core.*;
import com.bun.miitmdid.interfaces.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    MdidSdkHelper.InitSdk(this, true, new Ids());
  }
}
class Ids implements IIdentifierListener {
  public void onSupport(IdSupplier ids) {
    String id = ids.getOAID();                                  // hit
    boolean given = ids.isSupported();                          // miss
  }
}
package com.bun.miitmdid.core;
import com.bun.miitmdid.interfaces.*;
public class MdidSdkHelper {
  public static int InitSdk(Context context, boolean log, IIdentifierListener listener) { listener.onSupport(null); return 0; }
}
package com.bun.miitmdid.interfaces;
public interface IIdentifierListener { void onSupport(IdSupplier ids); }
package com.bun.miitmdid.interfaces;
public interface IdSupplier { String getOAID(); boolean isSupported(); }
