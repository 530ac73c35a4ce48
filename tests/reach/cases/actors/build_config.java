// shows: a BuildConfig of the package shows where the build put its code
// manifest:
//   package: com.brand.store
//   launcher: com.brand.store.Main
// hit: [serial before_consent = launcher com.brand.store.Main.onCreate > org.school.tools.Reader.read]
// miss:
//   - serial before_consent by lib:org.school = launcher com.brand.store.Main.onCreate > org.school.tools.Reader.read

package com.brand.store;
public class Main extends Activity { protected void onCreate(Bundle state) { org.school.tools.Reader.read(); } }
package org.school.tools;
public class Reader { public static void read() { String id = SERIAL; } }
package org.school.tools;
public final class BuildConfig {
  public static final String APPLICATION_ID = "com.brand.store"; // hit
  public static final String APPLICATION_ID = "org.school.tools"; // miss
}
